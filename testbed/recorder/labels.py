"""Which requests were attacks, and when: the `attacks` of a recording."""
import time
from dataclasses import dataclass


def stamp(seconds):
    whole = int(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((seconds - whole) * 1000):03d}Z"


@dataclass(frozen=True)
class Label:
    path: str
    kind: str
    severity: int  # fields that the request alters, 0 for a read


@dataclass(frozen=True)
class Expected:
    """A request that a victim's browser will make without the victim: told by a text that nothing else sends."""

    label: Label
    method: str
    marker: str  # stands in the address or the body
    script_only: bool = False  # for a marker that honest navigations hold too: a script's own requests alone


class Labels:
    def __init__(self):
        self.entries, self._expected = [], []

    def add(self, label, start, end):
        entry = {"path": label.path, "kind": label.kind, "severity": label.severity, "start": stamp(start), "end": stamp(end)}
        self.entries.append(entry)

    def expect(self, expected):
        self._expected.append(expected)

    def match(self, method, url, body, resource_type):
        """The label of a browser's request, or None."""
        for expected in self._expected:
            if method == expected.method and (expected.marker in url or expected.marker in body):
                if not expected.script_only or resource_type in ("fetch", "xhr", "image", "ping", "other"):
                    return expected.label
        return None
