"""Honest people: some only read, some mostly look, as people of a demonstration do; some keep their pages, as people at work do."""
from recorder.plain_client import PlainClient
from recorder.texts import CITIES, NAMES, STREETS, Texts

from .directory import FIELDS, PEOPLE

# (share of actions that save one's page, share that post on the wall); the rest looks.
CHANGES = {"readers": (0, 0), "lookers": (0.004, 0.002), "editors": (0.22, 0.08)}


class Honest:
    def __init__(self, episode, person, rand):
        self.episode, self.person, self.rand, self.texts = episode, person, rand, Texts(rand, episode.split == "test")
        self.client = PlainClient(episode.instance.address, rand, episode.labels)
        self.saves, self.posts = CHANGES[episode.condition]

    async def run(self):
        if not await self.episode.pause(self.rand.uniform(0, 1.5)):
            return
        await log_in(self.client, self.person)
        while await self.episode.pause(self.rand.uniform(0.15, 1.2)):
            await self.episode.guarded(self._act())

    async def _act(self):
        draw = self.rand.random()
        if draw < self.saves:
            await self.client.submit("/edit", self._fields())
        elif draw < self.saves + self.posts:
            await self.client.submit("/wall", {"body": self.texts.prose().replace("<", "&lt;")})
        elif draw < 0.5:
            await self.client.visit(f"/person?id={self.rand.randint(1, len(PEOPLE))}")
        elif draw < 0.8:
            await self.client.visit("/directory?q=" + self.rand.choice([*(p.name.split()[0] for p in PEOPLE), "Sales", "Support", ""]))
        else:
            answer = await self.client.visit("/wall")
            await self.episode.fire(self.client, answer.text)

    def _fields(self):
        """As many fields as an attack alters: what was there with one to six of them changed."""
        values = {"nickname": self.rand.choice(NAMES), "email": f"{self.person.login}{self.rand.randrange(99)}@example.org", "address": self.rand.choice(STREETS) + ", " + self.rand.choice(CITIES),
                  "phone": f"+353 {self.rand.randrange(10**7)}", "office": f"R{self.rand.randrange(60)}", "motto": self.texts.prose()[:300]}
        # The form joins its values into a statement: an honest quote would break it, as it does in the lab.
        return {name: values[name].replace("'", "’").replace("\\", "/") for name in self.rand.sample(FIELDS, self.rand.randint(1, 6))}


async def log_in(client, person):
    await client.submit("/login", {"login": person.login, "password": person.password})
