"""The application: an employee directory and social pages (PHP on Apache, MariaDB), deliberately vulnerable."""
import hashlib
from pathlib import Path

from recorder.application import Application, Person
from recorder.databases import MariaDb

HERE = Path(__file__).parent
FIELDS = ["nickname", "email", "address", "phone", "office", "motto"]
PEOPLE = [Person(login, f"pw-{login}", f"{login.title()} {last}") for login, last in zip(
    "admin alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy rupert".split(),
    "Stone Reed Moss Hill Lake Marsh Wood Field Brook Heath Ford Glen Dale Shore Cliff Vale".split())]
TEAMS = ["Sales", "Support", "Research", "Office"]


def prepare(instance):
    values = ", ".join(
        f"('{p.login}', '{hashlib.sha1(p.password.encode()).hexdigest()}', '{p.name}', '{TEAMS[i % 4]}', '{p.login}', '{p.login}@example.org', '{i} Quay St', '555 {i:04}', 'R{i}', 'hello', {30 + i}000)"
        for i, p in enumerate(PEOPLE))
    instance.database.sql((HERE / "schema.sql").read_text(), "app")
    instance.database.sql(f"INSERT INTO employees (login, password, name, team, nickname, email, address, phone, office, motto, salary) VALUES {values}; "
                          "INSERT INTO posts (author, body, at) VALUES (1, 'Welcome to the wall.', NOW()), (2, 'The canteen opens at noon.', NOW())", "app")
    text = (HERE / "apache.conf").read_text()
    for word, value in (("FOLDER", instance.folder), ("WWW", HERE / "www"), ("SOCKET", instance.database.socket), ("PORT", instance.port)):
        text = text.replace(word, str(value))
    (instance.folder / "apache.conf").write_text(text)


def server(instance):
    return ["apache2", "-DFOREGROUND", "-f", instance.folder / "apache.conf"], {}


def directory(name):
    """One instance's declaration; people and attackers are the campaign's own."""
    return Application(name=name, database=MariaDb, prepare=prepare, server=server, ready="/about", access_log="log/access.log",
                       actions=[], login=None, people=PEOPLE, pages=["/about", "/login"], attacks=None)
