"""The steps of a plan, done: each request that attacks is labelled by the client that sends it. Loopback alone."""
from urllib.parse import quote

from recorder.labels import Label
from recorder.plain_client import PlainClient

from .directory import PEOPLE

PASSWORDS = {person.login: person.password for person in PEOPLE}
OTHER_SITE = {"Origin": "https://prizes.example", "Referer": "https://prizes.example/win", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def script(form):
    pairs = "&".join(f"{name}={value}" for name, value in form.items())
    return f"<script>fetch('/edit',{{method:'POST',body:new URLSearchParams('{pairs}')}})</script>"


async def sign_in(client, login):
    await client.submit("/login", {"login": login, "password": PASSWORDS[login]})


async def log_in(client, step):
    await sign_in(client, step["client"])


async def person(client, step):
    await client.visit(f"/person?id={step['id']}")


async def directory(client, step):
    await client.visit("/directory?q=" + step["q"])


async def wall(client, step):
    await client.visit("/wall")


async def fire(client, step):
    """What a planted script of the wall makes this reader's browser send."""
    answer = await client.visit("/wall")
    if script(step["form"]) not in answer.text:
        raise LookupError("a planted script is not on the wall")
    await client.call("POST", "/edit", form=step["form"], label=Label("xss", "stored-fire", len(step["form"])))


async def save(client, step):
    await client.submit("/edit", step["form"])


async def post(client, step):
    await client.submit("/wall", {"body": step["body"]})


async def update(client, step):
    await client.call("POST", "/edit", form=step["form"], label=Label("sqli", "update-injection", step["fields"]))


async def union(client, step):
    await client.visit("/directory?q=" + quote(step["q"], safe=""), label=Label("sqli", "union-exfiltration", 0))


async def bypass(client, step):
    client.cookies.clear()
    await client.visit("/login")
    await client.request("POST", "/login", form={"login": step["login"], "password": "x"}, label=Label("sqli", "login-bypass", 0))


async def plant(client, step):
    await client.call("POST", "/wall", form={"body": script(step["form"])}, label=Label("xss", "stored-plant", step["fields"]))


async def reflected(client, step):
    await client.visit("/directory?q=" + quote(step["q"], safe=""), label=Label("xss", "reflected", 0))


async def forge(client, step):
    victim = PlainClient(client.site, client.rand, client.labels, agent=step["victimAgent"])
    await sign_in(victim, step["victim"])
    await victim.call("POST", "/edit", form=step["form"], headers=OTHER_SITE, label=Label("csrf", "forged-post", step["fields"]))
    victim.close()


ACTS = {act.__name__: act for act in (log_in, person, directory, wall, fire, save, post, update, union, bypass, plant, reflected, forge)}
