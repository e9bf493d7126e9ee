"""Honest people: some only read, some mostly look, as people of a demonstration do; some keep their pages, as people at work do."""
from recorder.plain_client import AGENTS
from recorder.texts import CITIES, NAMES, STREETS, Texts

from .directory import FIELDS, PEOPLE

# (share of actions that save one's page, share that post on the wall); the rest looks.
CHANGES = {"readers": (0, 0), "lookers": (0.004, 0.002), "editors": (0.22, 0.08)}


def honest_steps(person, condition, split, seconds, rand):
    texts, agent = Texts(rand, split == "test"), rand.choice(AGENTS)
    at = rand.uniform(0, 1.5)
    steps = [{"at": round(at, 3), "client": person.login, "agent": agent, "do": "log_in"}]
    while (at := at + rand.uniform(0.25, 1.3)) < seconds:
        steps.append({"at": round(at, 3), "client": person.login, "agent": agent, **honest_act(person, CHANGES[condition], rand, texts)})
    return steps


def honest_act(person, changes, rand, texts):
    (saves, posts), draw = changes, rand.random()
    if draw < saves:
        return {"do": "save", "form": own_fields(person, rand, texts)}
    if draw < saves + posts:
        return {"do": "post", "body": texts.prose().replace("<", "&lt;")}
    if draw < 0.5:
        return {"do": "person", "id": rand.randint(1, len(PEOPLE))}
    if draw < 0.8:
        return {"do": "directory", "q": rand.choice([*(p.name.split()[0] for p in PEOPLE), "Sales", "Support", ""])}
    return {"do": "wall"}


def own_fields(person, rand, texts):
    """As many fields as an attack alters: what was there with one to six of them changed."""
    values = {"nickname": rand.choice(NAMES), "email": f"{person.login}{rand.randrange(99)}@example.org", "address": rand.choice(STREETS) + ", " + rand.choice(CITIES),
              "phone": f"+353 {rand.randrange(10**7)}", "office": f"R{rand.randrange(60)}", "motto": texts.prose()[:300]}
    # The form joins its values into a statement: an honest quote would break it, as it does in the lab.
    return {name: values[name].replace("'", "’").replace("\\", "/") for name in rand.sample(FIELDS, rand.randint(1, 6))}
