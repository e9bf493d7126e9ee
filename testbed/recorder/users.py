"""People at work: each logs in, does one thing after another, pauses as people do, and as victims follow links."""
import random
from urllib.parse import urlencode

from .plain_client import PlainClient
from .texts import Texts


class User:
    """What an application's actions are given: `client`, `rand`, `texts`, `person`, and the other sites."""

    def __init__(self, episode, client, person, rand, named):
        self.episode, self.client, self.person, self.rand, self.named = episode, client, person, rand, named
        self.texts, self.sites, self.is_browser = Texts(rand, episode.late), episode.sites, hasattr(client, "bait")

    async def think(self, low=0.2, high=1.5):
        return await self.episode.pause(self.rand.uniform(low, high))

    async def run(self):
        application = self.episode.application
        if not await self.think(0, 3):
            return
        if self.rand.random() < 0.2:
            await application.login(self.client, self.person.__class__(self.person.login, self.person.password + self.rand.choice(["1", "'", " "]), ""))
        await application.login(self.client, self.person)
        actions = [action for _, action in application.actions]
        weights = [weight for weight, _ in application.actions]
        if self.episode.hard:
            actions += application.odd_actions
            weights += [3] * len(application.odd_actions)
        quick = self.episode.load
        while await self.think(*((0.05, 0.3) if self.rand.random() < 0.3 else (0.5 / quick, 2.6 / quick))):
            await self.episode.guarded(self.rand.choices(actions, weights)[0](self))
            if self.is_browser:
                await self.follow()

    async def follow(self):
        """As a victim: reads what was planted lately, and follows a link that an attacker sent."""
        surface, baits = self.episode.planted, self.episode.baits
        if surface and self.rand.random() < 0.45:
            await self.episode.guarded(self.client.visit(self.rand.choice(surface[-4:])))
            await self.think(0.3, 0.8)
        if baits and self.rand.random() < 0.8:
            await self.client.bait(self.client.site + address if (address := baits.pop(0)).startswith("/") else address)


async def returned(user, path, values, method="post", name="www"):
    """Another site (identity provider, payment page) sends the user back here, by a form of its own."""
    if user.is_browser:
        address = f"{user.sites.honest(user.named, name)}/return/{method}?" + urlencode({"to": user.client.site + path, **values})
        await user.client.bait(address)
    else:
        origin = user.sites.honest(user.named, name)
        headers = {"Referer": origin + "/", "Sec-Fetch-Site": "cross-site"} | ({"Origin": origin} if method == "post" else {})
        headers = headers if user.client.style == "browser" else {}
        if method == "post":
            await user.client.request("POST", path, form=values, headers=headers)
        else:
            await user.client.visit(f"{path}?{urlencode(values)}", headers=headers)


def pick_people(application, rand, count):
    """Other people in every episode; the administrator is among them half of the time."""
    chosen = rand.sample(application.people[1:], count)
    if rand.random() < 0.5:
        chosen[0] = application.people[0]
    return chosen


def own_random(rand):
    return random.Random(rand.getrandbits(48))


def outside(episode, rand, agent=None):
    """A program without a session: a webhook's sender, an API client, a crawler."""
    return PlainClient(episode.instance.address, rand, episode.labels, "program", agent)


async def every(episode, seconds, act, rand):
    """Something that comes by itself: a webhook, an API client, a crawler."""
    while await episode.pause(rand.uniform(0.5, 1.5) * seconds):
        await episode.guarded(act(episode, rand))


