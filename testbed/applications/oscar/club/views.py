"""DELIBERATELY VULNERABLE. A members' club beside an Oscar shop, made to be attacked on the loopback interface of a test machine."""
import json
import subprocess
import urllib.request
from hashlib import md5
from html import escape
from pathlib import Path

import jinja2
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.db import connection
from django.http import FileResponse, HttpResponse, HttpResponseForbidden, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt

CARD = ["fullname", "email", "phone", "street", "city"]


def loopback_only(get_response):
    return lambda request: get_response(request) if request.META["REMOTE_ADDR"].startswith("127.") else HttpResponseForbidden("loopback only")


def rows(statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def page(title, body):
    head = f"<!doctype html><html lang='en'><head><title>{title}</title><link rel='stylesheet' href='/static/club.css'></head>"
    nav = "<nav><a href='/'>Shop</a> <a href='/club/find'>Club</a> <a href='/club/wall'>Wall</a> <a href='/club/card'>Card</a> <a href='/club/files'>Files</a></nav>"
    return HttpResponse(f"{head}<body><p>DELIBERATELY VULNERABLE TEST APPLICATION</p>{nav}<h1>{title}</h1>{body}</body></html>")


def form(action, names, method="post"):
    fields = "".join(f"<label>{name} <input name='{name}'></label>" for name in names)
    return f"<form action='{action}' method='{method}'>{fields}<button>Send</button></form>"


def member(view):
    @csrf_exempt
    def only_members(request, *args, **values):
        if not request.user.is_authenticated:
            return HttpResponseRedirect("/accounts/login/")
        return view(request, *args, **values)

    return only_members


def listed(found):
    return "<ul>" + "".join(f"<li><a href='/club/item/{row[0]}'>{escape(str(row[1]))}</a> {escape(str(row[2] or ''))[:80]}</li>" for row in found) + "</ul>"


def find(request):
    text = request.GET.get("q", "")
    found = rows(f"SELECT id, title, description FROM catalogue_product WHERE title ILIKE '%{text}%' ORDER BY id LIMIT 12")
    return page("Club", f"<p>Results for {text}</p>" + form("/club/find", ["q"], "get") + listed(found))


def item(request, number):
    found = rows(f"SELECT id, title, description FROM catalogue_product WHERE is_public AND (id = {number})")
    return page("Item", listed(found))


def ranking(request):
    return page("Ranking", listed(rows(f"SELECT id, title, description FROM catalogue_product ORDER BY {request.GET.get('by', 'id')} LIMIT 10")))


@csrf_exempt
def sign_in(request):
    if request.method == "GET":
        return page("Members", form("/club/signin", ["name", "word"]))
    word = md5(request.POST.get("word", "").encode()).hexdigest()
    found = rows(f"SELECT login FROM club_member WHERE login = '{request.POST.get('name', '')}' AND pass = '{word}'")
    return enter(request, found[0][0]) if found else page("Members", "<p>Unknown.</p>" + form("/club/signin", ["name", "word"]))


def enter(request, name):
    user = get_user_model().objects.filter(username=name).first()
    if user:
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect("/club/card" if user else "/club/signin")


@member
def card(request):
    name = request.user.username
    if request.method == "POST":
        changes = [f"{field} = '{value}'" for field in CARD if (value := request.POST.get(field, "").replace("'", "''"))]
        changes += [f"note = '{request.POST['note']}'"] if "note" in request.POST else []  # not escaped
        if changes:
            rows(f"UPDATE club_member SET {', '.join(changes)} WHERE login = '{name}'")
        return HttpResponseRedirect("/club/card")
    mine = rows(f"SELECT {', '.join(CARD)}, note FROM club_member WHERE login = %s", [name])[0]
    shown = "".join(f"<li>{escape(str(value))}</li>" for value in mine)
    return page("Card", f"<ul>{shown}</ul>" + form("/club/card", [*CARD, "note"]))


@member
def wall(request):
    if request.method == "POST":
        rows("INSERT INTO club_wall (author, text) VALUES (%s, %s)", [request.user.username, request.POST.get("text", "")])
        return HttpResponseRedirect("/club/wall")
    said = rows("SELECT w.text, m.fullname FROM club_wall w JOIN club_member m ON m.login = w.author ORDER BY w.id DESC LIMIT 10")
    return page("Wall", "".join(f"<p>{text} <i>{who}</i></p>" for text, who in said) + form("/club/wall", ["text"]))  # markup is allowed, all of it


@member
def join(request):
    rows("INSERT INTO club_guest (login, event, note) VALUES (%s, %s, %s)", [request.user.username, request.GET.get("event", ""), request.GET.get("note", "")])
    return HttpResponseRedirect("/club/wall")


@member
def files(request):
    if request.method == "POST":
        upload = request.FILES["upload"]
        (Path(settings.MEDIA_ROOT) / upload.name).write_bytes(upload.read())
        return HttpResponseRedirect("/club/files")
    shown = "".join(f"<li><a href='/media/{escape(file.name)}'>{escape(file.name)}</a></li>" for file in sorted(Path(settings.MEDIA_ROOT).glob("*.*"))[:20])
    upload = "<form action='/club/files' method='post' enctype='multipart/form-data'><input type='file' name='upload'><button>Send</button></form>"
    return page("Files", f"<ul>{shown}</ul>{upload}" + form("/club/size", ["name"]) + form("/club/link", ["address"]))


@member
def file(request):
    return FileResponse(open(Path(settings.MEDIA_ROOT) / request.GET.get("name", ""), "rb"))  # any file


@member
def size(request):
    command = f"du -b {request.POST.get('name', '')}"  # a shell reads the name
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=5, cwd=settings.MEDIA_ROOT)
    return HttpResponse(done.stdout, content_type="text/plain")


@member
def link(request):
    with urllib.request.urlopen(request.POST.get("address", ""), timeout=2) as answer:  # any address
        return page("Link", f"<pre>{escape(answer.read(300).decode(errors='replace'))}</pre>")


@member
def letter(request):
    if request.method == "GET":
        return page("Letter", form("/club/letter", ["text", "item"]))
    text = jinja2.Environment().from_string(request.POST.get("text", "")).render(name=request.user.username, item=request.POST.get("item"))
    return HttpResponse(text, content_type="text/plain")


@member
def sheet(request, name):
    """Price sheets are templates in the folder that uploads go to."""
    found = rows("SELECT id, title, description FROM catalogue_product ORDER BY id LIMIT 5")
    template = jinja2.Environment().from_string((Path(settings.MEDIA_ROOT) / f"{name}.j2").read_text())
    return HttpResponse(template.render(rows=found, query=request.GET))


@csrf_exempt
def paid(request):
    """The payment page of another site sends the customer back here."""
    rows("INSERT INTO club_payment (login, reference, state) VALUES (%s, %s, %s)", [request.user.username, request.POST.get("reference"), request.POST.get("state")])
    return HttpResponseRedirect("/club/card")


def single_sign_on(request):
    return enter(request, request.GET.get("subject", "")) if request.GET.get("code") else HttpResponseRedirect("/accounts/login/")


@csrf_exempt
def hook(request):
    told = json.loads(request.body)
    rows("UPDATE club_payment SET state = %s WHERE reference = %s", [told["state"], told["reference"]])
    return JsonResponse({"ok": True})


@csrf_exempt
def api_filter(request):
    asked = json.loads(request.body)
    found = rows(f"SELECT id, title FROM catalogue_product WHERE id < {asked['range']['below']} AND title LIKE '{asked['starts']}%' LIMIT 8")
    return JsonResponse({"rows": found})


def api_stock(request):
    wanted = [int(number) for number in request.GET.get("ids", "1").split(",")]
    return JsonResponse({"stock": rows("SELECT product_id, num_in_stock FROM partner_stockrecord WHERE product_id = ANY(%s)", [wanted])})


@member
def export(request):
    return JsonResponse({"card": rows("SELECT * FROM club_member WHERE login = %s", [request.user.username]), "payments": rows("SELECT * FROM club_payment WHERE login = %s", [request.user.username])})
