"""A client without a browser: scripts, API clients, crawlers, honest users whose headers a proxy removed, attackers."""
import asyncio
import http.client
import json as jsons
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin, urlsplit

from .forms import form_with

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
]
PROGRAMS = ["curl/7.88.1", "python-requests/2.31.0", "okhttp/4.12.0", "Go-http-client/1.1"]
SAFE = "%/:?#[]@!$&'()*+,;=~|{}`^<>\\\""


@dataclass
class Answer:
    status: int
    text: str
    path: str


class PlainClient:
    """`headers` is 'browser' (as a browser sends them), 'bare' (none of Origin, Referer, Sec-Fetch) or 'program'."""

    def __init__(self, site, rand, labels, headers="browser", agent=None):
        self.host, self.labels, self.style = urlsplit(site).netloc, labels, headers
        self.agent = agent or rand.choice(PROGRAMS if headers == "program" else AGENTS)
        self.site, self.rand, self.cookies, self.at, self._connection = site, rand, {}, None, None

    async def visit(self, path, label=None, headers=None):
        return await self.request("GET", path, label=label, headers=headers)

    async def submit(self, page, fields, files=None, label=None, match=None):
        """Opens the page, fills in its form that has these fields (or those of `match`), and sends it."""
        answer = await self.visit(page)
        action, method, values = form_with(answer.text, match or [*fields, *(files or {})])
        values = {name: value for name, value in values.items() if name not in (files or {})} | fields
        target = urljoin(answer.path, action)
        if method == "GET":
            return await self.request("GET", f"{target.partition('?')[0]}?{urlencode(values)}", label=label)
        return await self.request("POST", target, form=values, files=files, label=label)

    async def call(self, method, path, json=None, form=None, label=None, headers=None):
        """A request as a page's script makes it."""
        return await self.request(method, path, json=json, form=form, mode="cors", label=label, headers=headers)

    async def request(self, method, path, form=None, json=None, files=None, mode="navigate", label=None, headers=None):
        if "://" in path:
            path = urlsplit(path)._replace(scheme="", netloc="").geturl() or "/"
        path = quote(path.partition("#")[0], safe=SAFE)
        body, sent = None, self._headers(method, mode)
        if files:
            body, sent["Content-Type"] = multipart(self.rand, form or {}, files)
        elif form is not None:
            body, sent["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif json is not None:
            body, sent["Content-Type"] = (json if isinstance(json, str) else jsons.dumps(json)).encode(), "application/json"
        status, location, text = await asyncio.to_thread(self._timed, method, path, body, sent | (headers or {}), label)
        if mode == "navigate":
            self.at = path
            if location and urlsplit(urljoin(self.site, location)).netloc == self.host:
                return await self.visit(urljoin(path, location))
        return Answer(status, text, path)

    def _headers(self, method, mode):
        sent = {"Host": self.host, "User-Agent": self.agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.style == "browser":
            sent |= {"Accept-Language": "en-GB,en;q=0.8", "Sec-Fetch-Site": "same-origin" if self.at else "none", "Sec-Fetch-Mode": mode,
                     "Sec-Fetch-Dest": "document" if mode == "navigate" else "empty"}
            if self.at:
                sent["Referer"] = self.site + self.at[:1500]
            if method != "GET":
                sent["Origin"] = self.site
        return sent

    def _timed(self, method, path, body, headers, label):
        start = time.time()
        try:
            return self._exchange(method, path, body, headers)
        finally:
            if label:
                self.labels.add(label, start, time.time())

    def _exchange(self, method, path, body, headers):
        for attempt in (0, 1):
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPConnection("127.0.0.1", int(self.host.rpartition(":")[2]), timeout=30)
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
                text = answer.read().decode("utf-8", "replace")
                break
            except (http.client.HTTPException, OSError):
                self.close()
                if attempt or method != "GET":
                    raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name.strip()] = value
        return answer.status, answer.headers.get("Location"), text

    def close(self):
        if self._connection:
            self._connection.close()
        self._connection = None


def multipart(rand, fields, files):
    edge = "----formedge%012x" % rand.getrandbits(48)
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for name, (filename, kind, content) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
