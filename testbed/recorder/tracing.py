"""strace on running processes, and its files packed."""
import gzip
import os
import shutil
import subprocess
import time

from .application import descendants


def trace(pid, out):
    """Attaches strace to a process, all below it, and all that they will start."""
    targets = [word for each in descendants(pid) for word in ("-p", str(each))]
    tracer = subprocess.Popen(["strace", "-f", "-ttt", "-T", "-s", "2048", "-o", str(out), *targets], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.7)
    return tracer


def pack(file):
    with open(file, "rb") as plain, gzip.open(f"{file}.gz", "wb", 6) as packed:
        shutil.copyfileobj(plain, packed)
    os.unlink(file)
