"""Records one episode: people, what comes by itself, attackers; the calls of web server and database; the access log."""
import asyncio
import json
import time

from .application import seeded
from .attacks import Attack
from .chromium import Chromium
from .labels import Labels
from .plain_client import PlainClient
from .sites import Sites
from .tracing import pack, trace
from .users import User, every, own_random, pick_people

QUIET_S = 1.0
PACES = {"fast": (0.25, 0.8), "even": (0.8, 2.2), "slow": (3.0, 6.0)}


class Episode:
    """`name` says what happens: attacks joined by `+` and a letter, or `benign-NN`, with `hard`, `load`, `deploy` or `start` in it."""

    def __init__(self, instance, name, split, seconds, seed):
        self.instance, self.application, self.name, self.split, self.seconds = instance, instance.application, name, split, seconds
        self.rand, self.labels, self.failures = seeded(self.application.name, name, seed), Labels(), []
        self.late, self.hard, self.load = split == "test", "hard" in name, 2 if "load" in name else 1
        self.attacks = [] if name.startswith("benign") else name.split("-")[0].split("+")
        self.planted, self.baits, self.named = [], [], self.rand.random() < 0.5
        self.victims_site = instance.named if self.named else instance.address
        self.sites = Sites(instance.port)

    async def pause(self, seconds):
        """Waits; False when the episode is over."""
        left = self._end - time.monotonic()
        await asyncio.sleep(max(0, min(seconds, left)))
        return time.monotonic() < self._end

    async def guarded(self, act):
        """One action that may fail without ending its user: a server that restarts, a page that a script has left."""
        try:
            await act
        except Exception as error:  # noqa: BLE001 - whatever it was, it is told with the episode
            self.failures.append(f"{type(error).__name__}: {str(error).splitlines()[0][:150] if str(error) else ''}")

    async def _play(self):
        async with Chromium() as chromium:
            self._end = time.monotonic() + self.seconds
            browsers = [await chromium.client(self.victims_site, self.labels) for _ in range(2)]
            styles = ["browser", "browser", "bare"]
            plain = [PlainClient(self.instance.address, self.rand, self.labels, style) for style in styles[: 3 if not self.attacks else 2]]
            people = pick_people(self.application, self.rand, len(browsers) + len(plain))
            users = [User(self, client, person, own_random(self.rand), self.named) for client, person in zip([*browsers, *plain], people)]
            tasks = [self.guarded(user.run()) for user in users]
            tasks += [every(self, seconds, act, own_random(self.rand)) for seconds, act in self.application.others]
            tasks += [self.guarded(self._attacker(number, name).run(name)) for number, name in enumerate(self.attacks)]
            tasks.append(self._operate())
            await asyncio.gather(*tasks)
            for browser in browsers:
                await browser.close()

    def _attacker(self, number, name):
        rand = own_random(self.rand)
        style = rand.choice(["browser", "browser", "bare", "program"])
        agent = "sqlmap/1.7.2#stable (https://sqlmap.org)" if style == "program" and rand.random() < 0.4 else None
        client = PlainClient(self.instance.address, rand, self.labels, style, agent)
        pace = PACES["slow" if "slow" in self.name else rand.choice(["fast", "even"])]
        return Attack(self, client, self.application.people[-1 - number % 3], rand, pace)

    async def _operate(self):
        """Cron jobs, a backup, and in some episodes a restart or a deployment."""
        jobs = self.application.jobs(self.instance) if self.application.jobs else []
        restart = self.rand.uniform(0.3, 0.7) if "deploy" in self.name else None
        for part in range(1, 5):
            if not await self.pause(self.seconds / 5):
                return
            if jobs:
                self.instance.tell("run " + self.rand.choice(jobs))
            if restart and part / 5 >= restart:
                self.instance.tell("restart")
                restart = None

    def record(self, out):
        folder = out / self.application.name / self.name
        folder.mkdir(parents=True)
        self.instance.reset()
        self.instance.open_keeper()
        tracers = [trace(self.instance.database.pid, folder / "db.strace")]
        if "start" in self.name or "deploy" in self.name:
            tracers.append(trace(self.instance.keeper.pid, folder / "web.strace"))
            time.sleep(0.5)
        self.instance.tell("start")
        self.instance.wait_ready()
        if len(tracers) == 1:
            self.instance.warm()
            tracers.append(trace(self.instance.keeper.pid, folder / "web.strace"))
        log = self.instance.folder / self.application.access_log
        begin = log.stat().st_size if log.exists() else 0
        time.sleep(1.5)
        try:
            asyncio.run(self._play())
        finally:
            time.sleep(QUIET_S)
            for tracer in tracers:
                tracer.terminate()
                tracer.wait()
            self.instance.close_server()
            self.sites.close()
        self._write(folder, log, begin)

    def _write(self, folder, log, begin):
        lines = log.read_bytes()[begin:]
        (folder / "access.log").write_bytes(lines)
        for name in ("db.strace", "web.strace", "access.log"):
            pack(folder / name)
        sources = [("db", "strace", "db.strace.gz"), ("web", "strace", "web.strace.gz"), ("web", "access-log", "access.log.gz")]
        attacks = sorted(self.labels.entries, key=lambda entry: entry["start"])
        recording = {"application": self.application.name, "episode": self.name, "split": self.split,
                     "sources": [{"workload": w, "kind": k, "path": p} for w, k, p in sources], "attacks": attacks}
        (folder / "recording.json").write_text(json.dumps(recording, indent=1) + "\n")
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        kinds = {}
        for entry in attacks:
            kinds[entry["path"] + "/" + entry["kind"]] = kinds.get(entry["path"] + "/" + entry["kind"], 0) + 1
        print(f"{self.application.name}/{self.name}: {lines.count(10)} requests, {kinds or 'benign'}, {size:.1f} MB", flush=True)
        for failure in sorted(set(self.failures)):
            print(f"  {self.failures.count(failure)} x {failure}", flush=True)
