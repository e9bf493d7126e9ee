CREATE TABLE users (name text PRIMARY KEY, password text NOT NULL);
CREATE TABLE notes (id serial PRIMARY KEY, author text NOT NULL, title text NOT NULL, body text NOT NULL);
INSERT INTO users VALUES ('ann', 'anchor'), ('ben', 'beacon'), ('eve', 'ebb');
INSERT INTO notes (author, title, body) SELECT 'ann', 'Tide ' || n, 'High water at ' || n FROM generate_series(1, 20) n;
