"""What people do on the desk that extends an application: the acts that are the same whatever it is written in."""
from .users import outside, returned


async def find(u):
    await u.client.submit("/desk/find", {"word": u.texts.query() if u.rand.random() < 0.15 else u.texts.word()})
    if await u.think(0.2, 0.8):
        await u.client.visit(f"/desk/cases/{u.rand.randint(1, 60)}")


async def card(u):
    fields = {"fullname": u.texts.name().replace("<", "("), "email": u.texts.mail(), "phone": u.texts.phone(), "street": u.texts.street(), "city": u.texts.city(), "note": u.rand.choice(["ring twice", "either Mon or Tue", "gift: \"happy\"", "size < 9; blue"])}
    names = u.rand.sample(sorted(fields), u.rand.randint(1, 6))
    await u.client.submit("/desk/card", {name: fields[name] for name in names})


async def wall(u):
    await u.client.submit("/desk/wall", {"text": u.texts.markup() if u.rand.random() < 0.4 else u.texts.prose()})


async def link(u):
    await u.client.submit("/desk/files", {"address": f"{u.sites.honest(False)}/article/{u.rand.randint(1, 99)}?ref=desk"})


async def script(u):
    await u.client.visit("/desk/find")
    await u.client.call("POST", "/desk/filter", json={"below": {"priority": u.rand.randint(1, 5)}, "starts": u.rand.choice(["B", "Pr", "", "Rope", "Mail"])})


async def pay(u):
    await u.client.visit("/desk/find")
    await returned(u, "/desk/paid", {"reference": f"INV-{u.rand.randint(100, 999)}", "state": "paid", "signature": f"{u.rand.getrandbits(64):x}"})


async def signin(u):
    await u.client.submit("/desk/signin", {"login": u.person.login, "pass": u.person.password + ("" if u.rand.random() < 0.8 else "x")})


async def newsletter(u):
    """A link on another site that changes something here."""
    await returned(u, "/desk/join", {"event": u.rand.randint(1, 30), "note": "mail"}, "get", "news")


async def webhook(episode, rand):
    await outside(episode, rand).call("POST", "/desk/paid", form={"reference": f"INV-{rand.randint(100, 999)}", "state": rand.choice(["paid", "settled", "refunded"])}, headers={"X-Signature": f"{rand.getrandbits(64):x}"})
