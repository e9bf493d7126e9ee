"""Records one episode of the test shop: python3 record.py INSTANCE_FOLDER PORT OUT EPISODE SPLIT SECONDS SEED"""
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from attackers import attack
from browser import Browser, Labels, stamp
from lookalikes import Lookalike
from users import User

SHOP = Path(__file__).resolve().parent.parent / "shop" / "shop.sh"
QUIET = 0.7


def attach(pids, out):
    targets = [x for pid in pids for x in ("-p", str(pid))]
    return subprocess.Popen(["strace", "-f", "-ttt", "-T", "-s", "2048", "-o", str(out), *targets], stderr=subprocess.DEVNULL)


def children(pid):
    return [int(x) for x in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def unescape(text):
    return "" if text == "-" else re.sub(r'\\x([0-9a-f]{2})', lambda m: chr(int(m[1], 16)), text).replace('\\"', '"').replace("\\\\", "\\")


def as_json(line):
    when, remote, method, request, status, size, referer, origin, agent, host = line.rstrip("\n").split("\t")
    parts = request.split(" ")
    path, _, query = (parts[1] if len(parts) > 1 else "").partition("?")
    return json.dumps({"time": stamp(float(when)), "remote": remote, "method": method, "path": path, "query": query, "status": int(status), "bytes": int(size),
                       "referer": unescape(referer), "origin": unescape(origin), "user_agent": unescape(agent), "host": unescape(host)})


def pack(source, target):
    with open(source, "rb") as plain, gzip.open(target, "wb", 9) as packed:
        shutil.copyfileobj(plain, packed)
    os.unlink(source)


def guarded(act, failures):
    try:
        act()
    except Exception as error:
        failures.append(repr(error))


def main():
    root, port, out, episode, split, seconds, seed = sys.argv[1:]
    root, out, rand = Path(root), Path(out) / f"shop-{episode}", random.Random(int(seed))
    out.mkdir(parents=True)
    subprocess.run([str(SHOP), "reset", str(root), port], check=True)
    log = root / "log" / "access"
    begin = log.stat().st_size
    apache = int((root / "apache.pid").read_text())
    tracers = [attach([int((root / "db.pid").read_text())], out / "db.strace"), attach([apache, *children(apache)], out / "web.strace")]
    time.sleep(1.2)
    labels, stop, failures, threads = Labels(), threading.Event(), [], []
    attacks = [] if split != "test" or episode.startswith("benign") else episode.rsplit("-", 1)[0].split("+")
    for number in [0, *rand.sample(range(1, 16), rand.randint(3, 4) if not attacks else 3)]:
        own = random.Random(rand.random())
        user = User(Browser(int(port), own, labels, stop), own, number, late=split == "test")
        threads.append(threading.Thread(target=guarded, args=(user.run, failures)))
    for number in (16, 17, 18) if "hard" in episode else ():
        own = random.Random(rand.random())
        user = Lookalike(Browser(int(port), own, labels, stop), own, number, late=True)
        threads.append(threading.Thread(target=guarded, args=(user.run, failures)))
    for number, name in enumerate(attacks):
        own = random.Random(rand.random())
        browser = Browser(int(port), own, labels, stop)
        threads.append(threading.Thread(target=guarded, args=(lambda b=browser, n=name, k=number: attack(b, n, 17 + k), failures)))
    for thread in threads:
        thread.start()
    time.sleep(float(seconds))
    stop.set()
    for thread in threads:
        thread.join()
    time.sleep(QUIET)
    for tracer in tracers:
        tracer.terminate()
        tracer.wait()
    with open(log, encoding="utf-8", errors="replace") as lines:
        lines.seek(begin)
        (out / "access.jsonl").write_text("".join(as_json(line) + "\n" for line in lines))
    for name in ("db.strace", "web.strace", "access.jsonl"):
        pack(out / name, out / f"{name}.gz")
    sources = [("db", "strace", "db.strace.gz"), ("web", "strace", "web.strace.gz"), ("web", "access-log", "access.jsonl.gz")]
    (out / "recording.json").write_text(json.dumps({"application": "shop", "episode": episode, "split": split,
        "sources": [{"workload": w, "kind": k, "path": p} for w, k, p in sources],
        "attacks": sorted(labels.entries, key=lambda entry: entry["start"])}, indent=1) + "\n")
    size = sum(f.stat().st_size for f in out.iterdir())
    print(f"{out.name}: {len(labels.entries)} attacks, {size / 1e6:.2f} MB", *failures, flush=True)


main()
