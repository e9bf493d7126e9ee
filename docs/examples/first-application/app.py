# Vulnerable on purpose: for 127.0.0.1 alone.
import os
import subprocess

import psycopg2
from flask import Flask, redirect, request, session

app = Flask(__name__)
app.secret_key = "of an example"
DB = os.environ.get("DATABASE_URL", "postgresql://notes:notes@127.0.0.1:5439/notes")


def ask(statement, fetch=True):
    connection = psycopg2.connect(DB, sslmode="disable")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if fetch else None
    finally:
        connection.close()


@app.get("/")
def home():
    notes = ask("SELECT id, author, title FROM notes ORDER BY id DESC LIMIT 20")
    items = "".join(f'<li><a href="/note?id={i}">{t}</a> by {a}</li>' for i, a, t in notes)
    return f"<h1>Notes</h1><form action=/search><input name=q></form><ul>{items}</ul><a href=/new>New</a>"


@app.get("/note")
def note():
    rows = ask("SELECT title, body FROM notes WHERE id = " + request.args["id"])
    return "".join(f"<h1>{t}</h1><p>{b}</p>" for t, b in rows)


@app.get("/search")
def search():
    q = request.args.get("q", "")
    rows = ask("SELECT id, title FROM notes WHERE title LIKE '%" + q + "%' ORDER BY id LIMIT 20")
    return f"<h1>Results for {q}</h1>" + "".join(f"<p>{i} {t}</p>" for i, t in rows)


@app.get("/new")
def form():
    return "<form method=post action=/new><input name=title><textarea name=body></textarea><button>Save</button></form>"


@app.post("/new")
def save():
    author = session.get("user", "guest")
    f = request.form
    ask("INSERT INTO notes (author, title, body) VALUES ('%s', '%s', '%s')" % (author, f["title"], f["body"]), fetch=False)
    return redirect("/")


@app.post("/login")
def login():
    f = request.form
    rows = ask("SELECT name FROM users WHERE name = '" + f["name"] + "' AND password = '" + f["password"] + "'")
    if not rows:
        return "wrong name or password", 403
    session["user"] = rows[0][0]
    return redirect("/")


@app.get("/ping")
def ping():
    done = subprocess.run("getent hosts " + request.args["host"], shell=True, capture_output=True, text=True)
    return "<pre>" + done.stdout + "</pre>"
