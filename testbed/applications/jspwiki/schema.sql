CREATE TABLE users (uid text, email text, full_name text, login_name text PRIMARY KEY, password text, wiki_name text, created timestamp, modified timestamp, lock_expiry timestamp, attributes text);
CREATE TABLE roles (login_name text, role text);
CREATE TABLE groups (name text PRIMARY KEY, creator text, created timestamp, modifier text, modified timestamp);
CREATE TABLE group_members (name text, member text, PRIMARY KEY (name, member));
INSERT INTO groups VALUES ('Admin', 'admin', now(), 'admin', now());
INSERT INTO group_members VALUES ('Admin', 'admin');
CREATE TABLE desk_members (id serial PRIMARY KEY, login text UNIQUE, pass text, role text, fullname text, email text, phone text, street text, city text, note text);
CREATE TABLE desk_cases (id serial PRIMARY KEY, title text, body text, priority int);
CREATE TABLE desk_wall (id serial PRIMARY KEY, author text, text text);
CREATE TABLE desk_guests (id serial PRIMARY KEY, login text, event text, note text);
CREATE TABLE desk_payments (id serial PRIMARY KEY, login text, reference text, state text);
INSERT INTO desk_cases (title, body, priority)
  SELECT (ARRAY['Printer','Rope','Invoice','Jacket','Bell','Mail','Network','Chair','Login','Backup'])[n % 10 + 1] || ' ' || n, 'It''s the ' || n || 'th; a < b', n % 5 FROM generate_series(1, 60) AS n;
