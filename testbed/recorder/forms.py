"""The forms of a page, as a client without a browser needs them."""
from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self._area = [], None

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag == "form":
            self.forms.append({"action": has.get("action") or "", "method": (has.get("method") or "get").upper(), "fields": {}})
        elif self.forms and has.get("name"):
            fields = self.forms[-1]["fields"]
            if tag == "textarea":
                self._area = has["name"]
                fields[self._area] = ""
            elif tag == "select":
                fields[has["name"]] = ""
            elif tag == "button" or has.get("type") == "submit":
                if not self.forms[-1].get("button"):  # a browser sends the name of the button that is pressed
                    self.forms[-1]["button"] = True
                    fields[has["name"]] = has.get("value") or ""
            elif tag == "input" and has.get("type") not in ("button", "image", "reset"):
                if has.get("type") not in ("checkbox", "radio") or "checked" in has:
                    fields[has["name"]] = has.get("value") or ""
                else:
                    fields.setdefault(has["name"], None)

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.forms[-1]["fields"][self._area] += data


def form_with(text, names):
    """The first form that has all these fields: its action, method and present values; LookupError where none has."""
    parser = _Forms()
    parser.feed(text)
    for form in parser.forms:
        if all(name in form["fields"] for name in names):
            return form["action"], form["method"], {name: value for name, value in form["fields"].items() if value is not None}
    raise LookupError(f"no form with {sorted(names)}")
