CREATE TABLE desk_member (id int AUTO_INCREMENT PRIMARY KEY, login varchar(40) UNIQUE, pass char(32), role varchar(20), fullname varchar(200), email varchar(200), phone varchar(60), street varchar(200), city varchar(200), note text);
CREATE TABLE desk_case (id int AUTO_INCREMENT PRIMARY KEY, title varchar(200), body text, priority int);
CREATE TABLE desk_wall (id int AUTO_INCREMENT PRIMARY KEY, author varchar(40), text text);
CREATE TABLE desk_guest (id int AUTO_INCREMENT PRIMARY KEY, login varchar(40), event varchar(200), note text);
CREATE TABLE desk_payment (id int AUTO_INCREMENT PRIMARY KEY, login varchar(40), reference varchar(60), state varchar(40));
INSERT INTO desk_case (title, body, priority)
  SELECT CONCAT(ELT(seq % 10 + 1, 'Printer', 'Rope', 'Invoice', 'Jacket', 'Bell', 'Mail', 'Network', 'Chair', 'Login', 'Backup'), ' ', seq), CONCAT('It''s the ', seq, 'th; a < b'), seq % 5 FROM seq_1_to_60;
INSERT INTO desk_member (login, pass, role, fullname, email, phone, street, city, note)
  SELECT user_name, MD5(CONCAT('pw-', LOWER(user_name), '-2024')), 'member', CONCAT(user_name, ' O''Neill'), CONCAT(LOWER(user_name), '@mail.example'), '555 1000', '1 Quay', 'Cork', '' FROM user ORDER BY user_id;
INSERT INTO desk_wall (author, text) SELECT login, 'Hello, <b>all</b>' FROM desk_member;
