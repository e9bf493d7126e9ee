"""Prints the SQL that puts the shop's database into its first state: the same rows every time."""
import random

R = random.Random(7)
KINDS = ["Lantern", "Rope", "Anchor", "Compass", "Kettle", "Jacket", "Pulley", "Varnish", "Chart", "Bell"]
LOOKS = ["brass", "steel", "oiled", "blue", "heavy", "folding", "small", "sailor's"]
FIRST = ["Ada", "Bo", "Carla", "Dee", "Eamon", "Fay", "Gus", "Hana", "Ivo", "June", "Kai", "Lou"]
LAST = ["O'Brien", "Meyer", "d'Arc", "Singh", "Nowak", "Silva", "Larsen", "Selecta"]


def text(value):
    return "'" + value.replace("'", "''") + "'"


print("""DROP DATABASE IF EXISTS shop; CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;
CREATE TABLE products (id INT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(120), descr TEXT, price DECIMAL(8,2), stock INT, category INT, sold INT);
CREATE TABLE customers (id INT AUTO_INCREMENT PRIMARY KEY, login VARCHAR(40) UNIQUE, pass CHAR(32), role VARCHAR(10), fullname VARCHAR(120), email VARCHAR(120), phone VARCHAR(40), address VARCHAR(200), city VARCHAR(80), bio TEXT, avatar VARCHAR(120));
CREATE TABLE reviews (id INT AUTO_INCREMENT PRIMARY KEY, product INT, customer INT, stars INT, title VARCHAR(120), body TEXT, link VARCHAR(300), KEY (product));
CREATE TABLE cart (customer INT, product INT, qty INT, PRIMARY KEY (customer, product));
CREATE TABLE wishes (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, product INT, remark VARCHAR(300));
CREATE TABLE drafts (customer INT PRIMARY KEY, ship_name VARCHAR(120), street VARCHAR(200), city VARCHAR(80), zip VARCHAR(20), phone VARCHAR(40), note TEXT);
CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, ship_name VARCHAR(120), street VARCHAR(200), city VARCHAR(80), zip VARCHAR(20), phone VARCHAR(40), note TEXT);
GRANT ALL ON shop.* TO shop@localhost IDENTIFIED BY 'shop';""")
for n in range(60):
    title = f"{R.choice(LOOKS)} {KINDS[n % 10]} {n}"
    print(f"INSERT INTO products VALUES ({n + 1},{text(title)},{text(title + ', made to last; 3 < 4 year guarantee')},{R.randint(3, 200)}.5,{R.randint(1, 90)},{n % 5 + 1},{R.randint(0, 300)});")
for n in range(24):
    role = "admin" if n == 0 else "buyer"
    name = f"{R.choice(FIRST)} {R.choice(LAST)}"
    print(f"INSERT INTO customers VALUES ({n + 1},'user{n:02d}',MD5('pw{n:02d}'),'{role}',{text(name)},'user{n:02d}@mail.example','555-{n:04d}','{n} Quay Street','Portsea','I like boats','');")
    print(f"INSERT INTO drafts (customer) VALUES ({n + 1});")
    print(f"INSERT INTO reviews (product,customer,stars,title,body,link) VALUES ({R.randint(1, 12)},{n + 1},4,'Good','Does what it says.','https://example.org/');")
