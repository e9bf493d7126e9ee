"""Answers which parameters Python's own parsers saw, as names with values in hexadecimal, under a number of its own."""

import cgi
import gzip
import io
import json
import secrets
from http.cookies import SimpleCookie, CookieError
from urllib.parse import parse_qsl


def coded(text):
    return text.encode("utf-8", "surrogateescape").hex()


def add_json(found, name, value):
    if isinstance(value, dict):
        for key, each in value.items():
            add_json(found, key if name == "" else f"{name}[{key}]", each)
    elif isinstance(value, list):
        for each in value:
            add_json(found, f"{name}[]", each)
    elif value is not None:
        whole = isinstance(value, float) and value.is_integer()
        shown = str(value).lower() if isinstance(value, bool) else str(int(value) if whole else value)
        found.append(["body", coded(name), coded(shown)])


def add_body(found, environ):
    body = environ["wsgi.input"].read()
    kind = environ.get("CONTENT_TYPE", "").lower()
    if "gzip" in environ.get("HTTP_CONTENT_ENCODING", "").lower():
        body = gzip.decompress(body)
    if "json" in kind:
        add_json(found, "", json.loads(body))
    elif kind.startswith("application/x-www-form-urlencoded"):
        for name, value in parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="utf-8"):
            found.append(["body", coded(name), coded(value)])
    elif kind.startswith("multipart"):
        given = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": environ["CONTENT_TYPE"], "CONTENT_LENGTH": str(len(body))}
        for part in cgi.FieldStorage(fp=io.BytesIO(body), environ=given, keep_blank_values=True).list or []:
            if part.filename is None and part.name is not None:
                found.append(["body", coded(part.name), coded(str(part.value))])


def application(environ, start_response):
    found = []
    for name, value in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        found.append(["query", coded(name), coded(value)])
    try:
        for name, morsel in SimpleCookie(environ.get("HTTP_COOKIE", "")).items():
            found.append(["cookie", coded(name), coded(morsel.value)])
    except CookieError:
        pass
    try:
        add_body(found, environ)
    except Exception:  # What the server's parser refuses, it did not see.
        pass
    serial = secrets.token_hex(8)
    text = "@@" + json.dumps({"serial": serial, "found": found}) + "@@"
    headers = [("Content-Type", "application/json"), ("X-Serial", serial), ("Content-Length", str(len(text)))]
    start_response("200 OK", headers)
    return [text.encode("ascii")]
