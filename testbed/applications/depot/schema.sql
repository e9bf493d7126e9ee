CREATE TABLE staff (id int AUTO_INCREMENT PRIMARY KEY, login varchar(40) UNIQUE, pass char(32), token varchar(40), role varchar(20), fullname varchar(200), email varchar(200), phone varchar(60), street varchar(200), city varchar(200), about text);
CREATE TABLE part (id int AUTO_INCREMENT PRIMARY KEY, title varchar(200), body text, stock int);
CREATE TABLE note (id int AUTO_INCREMENT PRIMARY KEY, staff int, text text);
CREATE TABLE mark (id int AUTO_INCREMENT PRIMARY KEY, staff int, part int, note text);
CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, staff int, part int, count int, remark text);
CREATE TABLE bill (id int AUTO_INCREMENT PRIMARY KEY, staff int, reference varchar(60), state varchar(40));
CREATE TABLE doc (id int AUTO_INCREMENT PRIMARY KEY, staff int, name varchar(200), size int);
INSERT INTO part (title, body, stock)
  SELECT CONCAT(ELT(seq % 8 + 1, 'Rope', 'Bell', 'Anchor', 'Lamp', 'Chart', 'Pump', 'Jacket', 'Valve'), ' ', seq), CONCAT('It''s the ', seq, 'th; a < b'), seq % 9 FROM seq_1_to_80;
