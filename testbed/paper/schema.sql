CREATE TABLE employees (
  id INT PRIMARY KEY AUTO_INCREMENT,
  login VARCHAR(40) UNIQUE,
  password VARCHAR(80),
  name VARCHAR(80),
  team VARCHAR(40),
  nickname VARCHAR(200),
  email VARCHAR(200),
  address VARCHAR(400),
  phone VARCHAR(80),
  office VARCHAR(80),
  motto VARCHAR(800),
  salary INT
) CHARACTER SET utf8mb4;
CREATE TABLE posts (
  id INT PRIMARY KEY AUTO_INCREMENT,
  author INT,
  body TEXT,
  at DATETIME
) CHARACTER SET utf8mb4;
