# Uses the application as on any day: usual.py [SECONDS] [ADDRESS]
import random
import sys
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 60
SITE = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:5000"
WORDS = "tide harbour rope crew cargo anchor paint winter lamp chart weather Monday sail north".split()
PEOPLE = {"ann": "anchor", "ben": "beacon", "eve": "ebb"}


def person(name):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    opener.addheaders = [("User-Agent", "Mozilla/5.0 usual"), ("Referer", SITE + "/")]

    def go(path, query=None, form=None):
        url = SITE + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            opener.open(url, data, timeout=10).read()
        except urllib.error.HTTPError as error:
            error.read()
        time.sleep(random.uniform(0.01, 0.1))

    go("/login", form={"name": name, "password": PEOPLE[name]})
    return go


def words(least, most):
    return " ".join(random.choices(WORDS, k=random.randint(least, most)))


people = [person(name) for name in PEOPLE]
until = time.monotonic() + SECONDS
count = 0
while time.monotonic() < until:
    go = random.choice(people)
    what = random.random()
    if what < 0.3:
        go("/")
    elif what < 0.55:
        go("/note", {"id": random.randint(1, 60)})
    elif what < 0.75:
        go("/search", {"q": words(1, 2)})
    elif what < 0.9:
        go("/new")
        go("/new", form={"title": words(1, 4), "body": words(3, 20)})
    else:
        go("/ping", {"host": random.choice(["localhost", "127.0.0.1", "ip6-localhost"])})
    count += 1
print(f"{count} acts")
