"""python -m paper.campaign OUT [--scale 1.0] [--seed 1]: the paper's set-up, with people who only read, who seldom change something, and who edit."""
import argparse
import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path

from recorder.application import Instance
from recorder.labels import Labels
from recorder.plain_client import PlainClient
from recorder.tracing import pack, trace

from .acts import ACTS
from .directory import directory
from .people import CHANGES
from .plan import episode_plan, text_of

WARNING = """
*** WARNING: this starts a DELIBERATELY VULNERABLE server on the loopback interface of this machine, and attacks it.
*** Run it on a machine of its own where nobody else has an account. Everything listens on 127.0.0.1 alone.
"""
BENIGN_S, ATTACK_S, QUIET_S = 34, 20, 0.7
EPISODES = [
    *[(f"benign-{n}", "learn") for n in (1, 2, 3, 4)],
    *[(f"benign-{n}", "calibrate") for n in (5, 6)],
    *[(f"benign-{n}", "test") for n in (7, 8, 9, 10)],
    *[(f"update-{n}", "test") for n in (1, 2, 3, 4, 5, 6)],
    *[(name, "test") for name in ("update-development", "union", "bypass", "stored", "reflected", "forged")],
]


class Episode:
    """One condition's people at work, with one attacker or none, as its plan says."""

    def __init__(self, instance, condition, name, split, seconds, seed):
        self.instance, self.condition, self.name, self.split = instance, condition, name, split
        self.plan = episode_plan(condition, name, split, seconds, seed)
        self.labels, self.failures = Labels(), []

    async def _play(self):
        self._begin, steps = time.monotonic(), self.plan["steps"]
        # A victim's browser waits for the script that it is to run.
        self._done = [asyncio.Event() for _ in steps]
        await asyncio.gather(*(self._client(login) for login in {step["client"]: None for step in steps}))

    async def _client(self, login):
        """Does one client's steps, each when it is due or, where the machine is slow, as soon as the one before is done."""
        own = [(number, step) for number, step in enumerate(self.plan["steps"]) if step["client"] == login]
        client = PlainClient(self.instance.address, None, self.labels, agent=own[0][1]["agent"])
        for number, step in own:
            await asyncio.sleep(max(0, self._begin + step["at"] - time.monotonic()))
            if "plant" in step:
                await self._done[step["plant"]].wait()
            try:
                await ACTS[step["do"]](client, step)
            except Exception as error:  # noqa: BLE001 - whatever it was, it is told with the episode
                self.failures.append(repr(error)[:150])
            finally:
                self._done[number].set()
        client.close()

    def record(self, out):
        folder = out / self.condition / self.name
        folder.mkdir(parents=True)
        self.instance.reset()
        self.instance.open_keeper()
        self.instance.tell("start")
        self.instance.wait_ready()
        self.instance.warm()
        tracers = [trace(self.instance.database.pid, folder / "db.strace"), trace(self.instance.keeper.pid, folder / "web.strace")]
        log = self.instance.folder / self.instance.application.access_log
        begin = log.stat().st_size if log.exists() else 0
        try:
            asyncio.run(self._play())
        finally:
            time.sleep(QUIET_S)
            for tracer in tracers:
                tracer.terminate()
                tracer.wait()
            self.instance.close_server()
        (folder / "access.log").write_bytes(log.read_bytes()[begin:])
        for name in ("db.strace", "web.strace", "access.log"):
            pack(folder / name)
        sources = [("db", "strace", "db.strace.gz"), ("web", "strace", "web.strace.gz"), ("web", "access-log", "access.log.gz")]
        (folder / "plan.json").write_text(text_of(self.plan))
        recording = {"application": f"directory-{self.condition}", "episode": self.name, "split": self.split,
                     # What failed was not done: this is no recording of that plan.
                     **({} if self.failures else {"plan": "plan.json"}),
                     "sources": [{"workload": w, "kind": k, "path": p} for w, k, p in sources],
                     "attacks": sorted(self.labels.entries, key=lambda entry: entry["start"])}
        (folder / "recording.json").write_text(json.dumps(recording, indent=1) + "\n")
        failed = [f"{len(self.failures)} of {len(self.plan['steps'])} steps failed:", *sorted(set(self.failures))] if self.failures else []
        print(f"{self.condition}/{self.name}: {len(self.labels.entries)} attack requests", *failed, flush=True)


def lane(condition, options, port, failed):
    """One condition on an instance of its own."""
    # A prepared folder has its port written in it.
    instance = Instance(directory(f"directory-{condition}"), options.work / f"{condition}-{port}", port)
    try:
        instance.prepare()
        for name, split in EPISODES:
            seconds = (BENIGN_S if name.startswith("benign") else ATTACK_S) * options.scale
            Episode(instance, condition, name, split, seconds, options.seed).record(options.out)
    except BaseException as error:
        failed.append(f"{condition}: {error!r}")
        raise
    finally:
        instance.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--conditions", default=",".join(CHANGES))
    parser.add_argument("--scale", type=float, default=1.0, help="of every episode's length")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=26400)
    parser.add_argument("--work", type=Path, default=Path("/srv/plimsoll-testbed/paper"))
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("Run as root: strace attaches to servers that run as other users.")
    conditions = options.conditions.split(",")
    recorded = [condition for condition in conditions if (options.out / condition).exists()]
    if recorded:
        sys.exit(f"{options.out} holds {', '.join(recorded)} already: name another folder.")
    print(WARNING, file=sys.stderr)
    failed = []
    lanes = [threading.Thread(target=lane, args=(condition, options, options.port + 10 * number, failed)) for number, condition in enumerate(conditions)]
    for each in lanes:
        each.start()
    for each in lanes:
        each.join()
    sys.exit("; ".join(failed) if failed else 0)


main()
