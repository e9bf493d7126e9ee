"""The other sites of an episode, on the loopback interface: an attacker's, and honest ones that send users back."""
import http.server
import subprocess
import threading
from html import escape
from urllib.parse import parse_qsl, urlsplit

# The honest site has an address of the range for documentation (RFC 5737), given to the loopback interface: were it an
# inner address too, nothing would tell a link preview from a forged request.
EVIL, HONEST, INTERNAL = "127.0.0.2", "203.0.113.3", "127.0.0.9"
PORT_OFFSET = 1000


class Sites:
    """Serves what was published under a path; everything else is an empty page (where stolen values arrive)."""

    def __init__(self, port):
        self.port, self._pages = port + PORT_OFFSET, {}
        subprocess.run(["ip", "address", "replace", f"{HONEST}/32", "dev", "lo"], check=True)
        self._servers = [self._serve(address) for address in (EVIL, HONEST, INTERNAL)]

    def evil(self, named):
        return f"http://{'evil.test' if named else EVIL}:{self.port}"

    def honest(self, named, name="www"):
        return f"http://{f'{name}.pay.test' if named else HONEST}:{self.port}"

    @property
    def internal(self):
        return f"http://{INTERNAL}:{self.port}"

    def publish(self, path, text, kind="text/html"):
        self._pages[path] = (text, kind)

    def close(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _serve(self, address):
        pages = self._pages

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = urlsplit(self.path).path
                text, kind = pages.get(path) or (returning(self.path) if path.startswith("/return") else ("<title>page</title>", "text/html"))
                data = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind + "; charset=utf-8")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.do_GET()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer((address, self.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


def returning(address):
    """/return/METHOD?to=ADDRESS&name=value…: an identity or payment provider that sends the user back."""
    parts = urlsplit(address)
    values = dict(parse_qsl(parts.query))
    return form_page(values.pop("to"), values, parts.path.rpartition("/")[2])


def form_page(target, values, method="post", enctype=""):
    """A page whose form sends itself."""
    fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(str(value))}">' for name, value in values.items())
    kind = f' enctype="{enctype}"' if enctype else ""
    page = f'<!doctype html><title>One moment</title><form method="{method}"{kind} action="{escape(target)}">{fields}</form>'
    return page + "<script>document.forms[0].submit()</script>", "text/html"
