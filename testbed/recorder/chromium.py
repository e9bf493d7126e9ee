"""Real browsers: one Chromium for an episode, a context of its own (cookies, cache) for each user."""
import asyncio
import json as jsons
import time
from urllib.parse import urlencode, urlsplit

from playwright.async_api import Error, async_playwright

from .plain_client import Answer

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-software-rasterizer", "--host-resolver-rules=MAP evil.test 127.0.0.2, MAP *.pay.test 203.0.113.3, MAP *.test 127.0.0.1"]
FILL = """([fields, match]) => {
  const form = [...document.forms].find((f) => match.every((name) => f.elements.namedItem(name)));
  if (!form) throw new Error('no form with ' + match);
  for (const [name, value] of Object.entries(fields)) {
    let field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList) field = [...field].find((f) => f.type !== 'hidden') ?? field[0];
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = Boolean(value); else field.value = value;
  }
  form.dataset.recorder = 'form';
}"""
SEND = """() => { const form = document.querySelector('form[data-recorder]');
  const button = form.querySelector('[type=submit], button:not([type=button])');
  if (button) form.requestSubmit(button.name === 'submit' ? undefined : button); else HTMLFormElement.prototype.submit.call(form); }"""
FETCH = """async ([method, path, body, kind, extra]) => {
  const answer = await fetch(path, { method, body: body ?? undefined, headers: { ...(kind ? { 'Content-Type': kind } : {}), ...extra } });
  return [answer.status, await answer.text()];
}"""
PATIENCE_MS = 20_000


class Chromium:
    async def __aenter__(self):
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        return self

    async def __aexit__(self, *_):
        await self._browser.close()
        await self._playwright.stop()

    async def client(self, site, labels):
        context = await self._browser.new_context(base_url=site, locale="en-GB", viewport={"width": 800, "height": 600}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        client = BrowserClient(site, labels, context)
        context.on("request", client.begins)
        context.on("requestfinished", client.seen)
        context.on("requestfailed", client.seen)
        context.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
        client.page = await context.new_page()
        return client


class BrowserClient:
    """The methods of PlainClient that users call, through a page of Chromium."""

    def __init__(self, site, labels, context):
        self.site, self.labels, self.context, self.page = site, labels, context, None
        self._began = {}

    def begins(self, request):
        self._began[request] = time.time()

    def seen(self, request):
        """Labels what a victim's browser sends without the victim, by the browser's own times, which a request that fails has none of."""
        began = self._began.pop(request, time.time())
        if urlsplit(request.url).netloc != urlsplit(self.site).netloc:
            return
        body = request.post_data_buffer or b""
        label = self.labels.match(request.method, request.url, body.decode("latin-1"), request.resource_type)
        if label:
            start, spent = request.timing["startTime"] / 1000, request.timing["responseEnd"] / 1000
            start = start if start > 0 else began
            self.labels.add(label, start, start + spent if spent > 0 else time.time())

    async def visit(self, path, **_):
        try:
            answer = await self.page.goto(path, wait_until="load")
            return Answer(answer.status if answer else 0, await self.page.content(), self.page.url)
        except Error as error:
            if "ERR_ABORTED" in str(error) or "interrupted" in str(error) or "navigating" in str(error) or "Download" in str(error):
                return Answer(0, "", path)  # a download, or a script that went elsewhere first
            raise

    async def submit(self, page, fields, files=None, match=None, **_):
        await self.visit(page)
        await self.page.evaluate(FILL, [fields, match or [*fields, *(files or {})]])
        for name, (filename, kind, content) in (files or {}).items():
            await self.page.locator(f"form[data-recorder] [name='{name}']").set_input_files({"name": filename, "mimeType": kind, "buffer": content})
        async with self.page.expect_navigation(wait_until="load"):
            await self._send_form()
        return Answer(200, await self.page.content(), self.page.url)

    async def _send_form(self):
        try:
            await self.page.evaluate(SEND)
        except Error as error:
            if "context was destroyed" not in str(error):  # the next page came before the answer
                raise

    async def call(self, method, path, json=None, form=None, headers=None, **_):
        if json is not None:
            body, kind = (json if isinstance(json, str) else jsons.dumps(json)), "application/json"
        else:
            body, kind = (urlencode(form), "application/x-www-form-urlencoded") if form is not None else (None, None)
        status, text = await self.page.evaluate(FETCH, [method, path, body, kind, headers or {}])
        return Answer(status, text, path)

    async def bait(self, url):
        """Follows a link to another site in a tab of its own, and stays a moment."""
        tab = await self.context.new_page()
        try:
            await tab.goto(url, wait_until="load")
            await tab.wait_for_timeout(1500)
        except Error:
            return  # the page of the other site went on to somewhere else before it was loaded
        finally:
            await tab.close()

    async def close(self):
        await self.context.close()
