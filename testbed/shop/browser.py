"""A scripted browser: headers, cookies and think times as a browser has them, and scripts of the page that it 'runs'."""
import http.client
import random
import re
import threading
import time
from urllib.parse import urlencode

AGENTS = [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "en-GB,en;q=0.5"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36", "de-DE,de;q=0.9,en;q=0.8"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1", "pt-BR,pt;q=0.9"),
    ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36", "en-US,en;q=0.9"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "fr-FR,fr;q=0.9"),
]
FIRED_POST = re.compile(r"fetch\(['`](/[^'`]*)['`],\{method:['`]POST['`],body:new URLSearchParams\(['`]([^'`]*)['`]\)")
FIRED_GET = re.compile(r"new Image\(\)\.src=['`](/[^'`]*)['`]")


class Labels:
    """The attack requests of one episode, each with its interval."""

    def __init__(self):
        self.entries = []
        self._lock = threading.Lock()

    def add(self, path, kind, severity, start, end):
        with self._lock:
            self.entries.append({"path": path, "kind": kind, "severity": severity, "start": stamp(start), "end": stamp(end)})


def stamp(seconds):
    whole = int(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((seconds - whole) * 1000):03d}Z"


class Browser:
    def __init__(self, port, rand, labels, stop):
        self.rand, self.labels, self.stop = rand, labels, stop
        self.host, self.port = f"127.0.0.1:{port}", port
        self.agent, self.language = rand.choice(AGENTS)
        self.sends_referer = rand.random() >= 0.08
        self.sends_origin = rand.random() >= 0.04
        self.sends_fetch = rand.random() >= 0.15
        self.cookies, self.at, self.connection, self.cached = {}, None, None, False

    @property
    def origin(self):
        return f"http://{self.host}"

    def think(self, low=0.15, high=1.0):
        self.stop.wait(self.rand.uniform(low, high))
        return not self.stop.is_set()

    def _headers(self, method, kind, referer, origin, site):
        out = {"User-Agent": self.agent, "Accept-Language": self.language, "Accept-Encoding": "identity"}
        out["Accept"] = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" if kind == "document" else "*/*"
        if self.cookies:
            out["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if referer and (self.sends_referer or not referer.startswith(self.origin)):
            out["Referer"] = referer
        if method == "POST" and origin and self.sends_origin:
            out["Origin"] = origin
        if self.sends_fetch:
            out["Sec-Fetch-Site"] = site
            out["Sec-Fetch-Mode"] = "navigate" if kind == "document" else "cors" if kind == "empty" else "no-cors"
            out["Sec-Fetch-Dest"] = kind
        return out

    def _exchange(self, method, path, body, headers):
        for attempt in (0, 1):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=12)
                start = time.time()
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                text = answer.read().decode("utf-8", "replace")
                end = time.time()
                break
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 1:
                    raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location"), text, start, end

    def send(self, method, path, body=None, *, form=None, json=None, kind="document", label=None, forged=None, follow=True, extra=None):
        """One request; label = (path, kind, severity) if it is an attack; forged = another site's origin, or 'null'."""
        referer = f"{self.origin}{self.at}" if self.at else None
        origin, site = self.origin, "same-origin" if self.at else "none"
        if forged is not None:
            referer, origin, site = (None if forged == "null" else f"{forged}/win.html"), forged, "cross-site"
        headers = self._headers(method, kind, referer, origin, site)
        if form is not None:
            body = (form if isinstance(form, str) else urlencode(form)).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if json is not None:
            body = json.encode()
            headers["Content-Type"] = "application/json"
        headers.update(extra or {})
        asked = time.time()
        try:
            status, location, text, start, end = self._exchange(method, path, body, headers)
        except (http.client.HTTPException, OSError):
            if label:
                self.labels.add(*label, asked, time.time())
            raise
        if label:
            self.labels.add(*label, start, end)
        if kind == "document":
            self.at = path[:900]
            if location and follow:
                return self.send("GET", location, forged=forged)
            if not self.cached:
                self.cached = True
                for part, what in (("/static/shop.css", "style"), ("/static/shop.js", "script")):
                    self.send("GET", part, kind=what)
        return status, text

    def run_scripts(self, text, kind):
        """Sends what the page's injected scripts would send from this browser: same origin, ordinary referer."""
        fired = 0
        for path, form in FIRED_POST.findall(text)[:2]:
            self.send("POST", path, form=form, kind="empty", label=("xss", kind, min(6, form.count("=")) if "profile" in path else 1))
            fired += 1
        for path in FIRED_GET.findall(text)[:2]:
            self.send("GET", path, kind="image", label=("xss", kind, 1))
            fired += 1
        return fired

    def login(self, name, password):
        self.send("GET", "/login")
        return self.send("POST", "/login", form={"login": name, "pass": password})
