CREATE TABLE users (id serial PRIMARY KEY, login text UNIQUE, pass text, role text, fullname text, email text, phone text, street text, city text, bio text);
CREATE TABLE sessions (token text PRIMARY KEY, person int, seen timestamptz DEFAULT now());
CREATE TABLE tickets (id serial PRIMARY KEY, owner int, title text, body text, status text DEFAULT 'open', priority int DEFAULT 2, created date DEFAULT current_date);
CREATE TABLE comments (id serial PRIMARY KEY, ticket int, author int, body text);
CREATE TABLE watches (ticket int, person int, note text);
CREATE TABLE files (id serial PRIMARY KEY, owner int, name text, kind text, size int);
CREATE TABLE payments (id serial PRIMARY KEY, person int, reference text, state text);
CREATE INDEX ON comments (ticket);
INSERT INTO users (login, pass, role, fullname, email, phone, street, city, bio)
  SELECT login, md5('pw-' || login), CASE login WHEN 'admin' THEN 'admin' ELSE 'staff' END, initcap(login) || ' O''Neill', login || '@mail.example', '555 1000', '1 Quay Street', 'Cork', 'I like boats'
  FROM unnest(ARRAY['admin','kim','lou','ida','bo','sam','eve','max','zoe','ned','amy','rex','ina','tom','uma','jon']) AS login;
INSERT INTO tickets (owner, title, body, status, priority)
  SELECT n % 16 + 1, (ARRAY['Printer','Rope','Invoice','Jacket','Bell','Mail','Network','Chair','Login','Backup'])[n % 10 + 1] || ' ' || n, 'It''s the ' || n || 'th; a < b', (ARRAY['open','open','waiting','closed'])[n % 4 + 1], n % 5
  FROM generate_series(1, 80) AS n;
INSERT INTO comments (ticket, author, body) SELECT n % 40 + 1, n % 16 + 1, 'Seen. <b>Thanks</b>' FROM generate_series(1, 90) AS n;
