"""python -m recorder OUT [--applications a,b] [--only EPISODE,…] [--scale 1.0] [--quick] [--evaluate]: records whole applications."""
import argparse
import importlib
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from .application import Instance
from .episode import Episode

BENIGN_S, ATTACK_S = 200, 85
WARNING = """
*** WARNING: this starts DELIBERATELY VULNERABLE servers on the loopback interface of this machine, and attacks them.
*** Run it on a machine of its own where nobody else has an account. Everything listens on the loopback interface alone.
"""
PREPARING = threading.Lock()
EPISODES = [
    *[(f"benign-{n}", "learn", BENIGN_S) for n in ("01-start", "02", "03", "04", "05-deploy", "06")],
    *[(f"benign-{n}", "calibrate", BENIGN_S) for n in ("07", "08-deploy")],
    *[(name, "test", ATTACK_S) for name in (
        "stored-a", "union+blind-a", "forged_post-a", "silent-a", "shell+command-a", "reflected-a", "update+stacked-a", "forged_get-a", "bypass+guess-a",
        "traversal+fetch-a", "json+error+timed-a", "silent-b", "template+command-load-b", "forged_post+forged_get-b", "stored+reflected-b", "union+update-slow-b", "guess-b")],
    *[(f"benign-{n}", "test", BENIGN_S) for n in ("09-hard", "10-hard-load", "11-deploy")],
]

QUICK, QUICK_SCALE = "benign-02,benign-03,benign-07,stored+reflected-b,forged_post+forged_get-b,union+blind-a,benign-09-hard", 0.25


def declared(name):
    return importlib.import_module(f"applications.{name}.application").APPLICATION


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--applications", default="board,oscar,mediawiki,redmine,jspwiki,depot")
    parser.add_argument("--only", default="")
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--scale", type=float, default=1.0, help="of every episode's length")
    parser.add_argument("--quick", action="store_true", help="seven short episodes of each: whether all works, no figures")
    parser.add_argument("--evaluate", action="store_true", help="plimsoll evaluate on what was recorded")
    parser.add_argument("--port", type=int, default=21000)
    parser.add_argument("--work", type=Path, default=Path("/srv/plimsoll-testbed"))
    options = parser.parse_args()
    if options.quick:
        options.only, options.scale = options.only or QUICK, QUICK_SCALE
    if os.geteuid() != 0:
        sys.exit("Run as root: strace attaches to servers that run as other users.")
    print(WARNING, file=sys.stderr)
    for number, name in enumerate(options.applications.split(",")):
        application = declared(name)
        install(application.packages, application.debconf)
        record(application, options, options.port + 40 * number)
    if options.evaluate:
        evaluate = ["npx", "--no-install", "plimsoll", "evaluate", str(options.out.resolve())]
        sys.exit(subprocess.run(evaluate, cwd=Path(__file__).parents[2]).returncode)


def install(packages, answers):
    """What Debian has and this machine lacks; `answers` are those that the packages would ask for."""
    missing = [name for name in packages if subprocess.run(["dpkg", "-s", name], capture_output=True).returncode != 0]
    if not missing:
        return
    subprocess.run(["debconf-set-selections"], input="\n".join(answers), text=True, check=True)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


def record(application, options, port):
    waiting = queue.SimpleQueue()
    only = options.only.split(",") if options.only else None
    for name, split, seconds in EPISODES:
        if only is None or name in only:
            waiting.put((name, split, seconds * options.scale))
    lanes = [threading.Thread(target=lane, args=(application, options, port + 10 * number, waiting, options.work / f"{application.name}-{number}")) for number in range(options.lanes)]
    for each in lanes:
        each.start()
    for each in lanes:
        each.join()


def lane(application, options, port, waiting, folder):
    """One instance, one episode after another."""
    instance = Instance(application, folder, port)
    with PREPARING:
        instance.prepare()
    try:
        while True:
            try:
                name, split, seconds = waiting.get_nowait()
            except queue.Empty:
                return
            Episode(instance, name, split, seconds, seed=21).record(options.out)
    finally:
        instance.close()


main()
