from club import views as club
from django.apps import apps
from django.conf import settings
from django.urls import include, path
from django.views.static import serve

CLUB = [("find", club.find), ("ranking", club.ranking), ("signin", club.sign_in), ("card", club.card), ("wall", club.wall), ("join", club.join),
        ("files", club.files), ("file", club.file), ("size", club.size), ("link", club.link), ("letter", club.letter), ("paid", club.paid),
        ("sso", club.single_sign_on), ("hook", club.hook), ("api/filter", club.api_filter), ("api/stock", club.api_stock), ("export", club.export)]
urlpatterns = [
    *[path(f"club/{name}", view) for name, view in CLUB],
    path("club/item/<path:number>", club.item),
    path("club/sheet/<str:name>", club.sheet),
    path("static/<path:path>", serve, {"document_root": settings.STATIC_ROOT}),
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
