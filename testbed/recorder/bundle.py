"""Makes the compact recordings of the repository: python3 testbed/recorder/bundle.py RECORDINGS/APPLICATION OUT [EPISODE…]

Chooses episodes, keeps the first part of each where all would be more than LIMIT_BYTES, and cuts what is binary in the
traces (pages of the database's files, compiled modules, images) to 96 bytes, as a smaller `strace -s` would have. Text,
HTTP and SQL keep their 2,048 bytes. What commands read of the recording machine (its accounts, its name) is left out.
"""
import calendar
import gzip
import json
import re
import sys
import time
from pathlib import Path

CHOSEN = ["benign-02", "benign-03", "benign-07", "stored+reflected-b", "forged_post+forged_get-b", "shell+command-a", "json+error+timed-a", "silent-a", "traversal+fetch-a", "guess-b", "benign-09-hard"]
LIMIT_BYTES = 14_000_000
CUT_LEAVES = 0.45  # of a trace's compressed size, as a rule
LONG = re.compile(rb'"((?:[^"\\]|\\.){160,})"(?:\.\.\.)?')
KEPT_BYTES = 96
ACCOUNTS = re.compile(rb'"(root:x:0:(?:[^"\\]|\\[^n])*)\\n(?:[^"\\]|\\.)*"(?:\.\.\.)?')
NODE = re.compile(rb'nodename="[^"]*"')


def cut(found):
    text = found[1]
    if text.count(b"\\") * 4 < len(text):
        return found[0]
    kept = text[:KEPT_BYTES]
    whole = kept.rfind(b"\\")  # an escape may have been cut through: end before the last
    return b'"' + (kept[:whole] if whole >= 0 else kept) + b'"...'


def without_machine(line):
    return NODE.sub(b'nodename="recorder"', ACCOUNTS.sub(rb'"\1"...', line))


def called(line):
    """The time of a line of strace."""
    words = line.split(None, 2)  # short process numbers are padded
    return float(words[1]) if len(words) == 3 else 0.0


def requested(line):
    """The time of a line of an access log: JSON or combined."""
    if line.startswith(b"{"):
        return calendar.timegm(time.strptime(json.loads(line)["time"][:19], "%Y-%m-%dT%H:%M:%S"))
    found = re.search(rb"\[(\S+) ", line)
    return calendar.timegm(time.strptime(found[1].decode(), "%d/%b/%Y:%H:%M:%S")) if found else 0.0


def compact(source, target, share):
    """Writes the episode's first part; its size in bytes."""
    target.mkdir(parents=True)
    recording = json.loads((source / "recording.json").read_text())
    web = gzip.decompress((source / "web.strace.gz").read_bytes()).split(b"\n")
    end = called(web[0]) + share * (called(web[-2]) - called(web[0]))
    for file in sorted(source.glob("*.gz")):
        traced = file.name.endswith(".strace.gz")
        lines = web if file.name.startswith("web.strace") else gzip.decompress(file.read_bytes()).split(b"\n")
        when = called if traced else requested
        kept = [LONG.sub(cut, without_machine(line)) if traced else line for line in lines if share == 1 or when(line) <= end]
        (target / file.name).write_bytes(gzip.compress(b"\n".join(kept).rstrip(b"\n") + b"\n", 9, mtime=0))
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(end))
    recording["attacks"] = [attack for attack in recording["attacks"] if share == 1 or attack["end"] < moment]
    (target / "recording.json").write_text(json.dumps(recording, indent=1) + "\n")
    return sum(file.stat().st_size for file in target.iterdir()), len(recording["attacks"])


def main():
    source, out = map(Path, sys.argv[1:3])
    episodes = [name for name in sys.argv[3:] or CHOSEN if (source / name / "recording.json").exists()]
    whole = CUT_LEAVES * sum(file.stat().st_size for name in episodes for file in (source / name).iterdir())
    share = min(1.0, LIMIT_BYTES / whole)
    done = [compact(source / name, out / source.name / name, share) for name in episodes]
    size, attacks = (sum(column) for column in zip(*done))
    print(f"{source.name}: {len(episodes)} episodes, the first {share:.0%} of each, {attacks} labelled attack requests, {size / 1e6:.1f} MB")


main()
