"""Oscar's own settings, PostgreSQL over a socket, and the DELIBERATELY VULNERABLE `club` beside it. For a test machine alone."""
import os
from pathlib import Path

from oscar.defaults import *  # noqa: F403 - as Oscar's manual has it

FOLDER = Path(os.environ["INSTANCE"])
SECRET_KEY = "of the test bed"
ALLOWED_HOSTS = ["127.0.0.1", ".test"]
ROOT_URLCONF, WSGI_APPLICATION = "urls", "wsgi.application"
OSCAR = ["analytics", "checkout", "address", "shipping", "catalogue", "catalogue.reviews", "communication", "partner", "basket", "payment", "offer", "order",
         "customer", "search", "voucher", "wishlists"]
DASHBOARD = ["reports", "users", "orders", "catalogue", "offers", "partners", "pages", "ranges", "reviews", "vouchers", "communications", "shipping"]
CONFIGS = {"catalogue.reviews": "CatalogueReviewsConfig"}
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites", "django.contrib.messages",
    "django.contrib.staticfiles", "django.contrib.flatpages", "oscar.config.Shop",
    *[f"oscar.apps.{name}.apps.{CONFIGS.get(name, name.title() + 'Config')}" for name in OSCAR],
    "oscar.apps.dashboard.apps.DashboardConfig",
    *[f"oscar.apps.dashboard.{name}.apps.{name.title()}DashboardConfig" for name in DASHBOARD],
    "widget_tweaks", "haystack", "treebeard", "sorl.thumbnail", "django_tables2", "django.forms", "club",
]
MIDDLEWARE = [
    "club.views.loopback_only", "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware", "oscar.apps.basket.middleware.BasketMiddleware",
]
CONTEXT = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.template.context_processors.i18n",
           "django.template.context_processors.media", "django.template.context_processors.static", "django.contrib.messages.context_processors.messages",
           "oscar.apps.search.context_processors.search_form", "oscar.apps.checkout.context_processors.checkout",
           "oscar.apps.communication.notifications.context_processors.notifications", "oscar.core.context_processors.metadata"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": CONTEXT}}]
AUTHENTICATION_BACKENDS = ["oscar.apps.customer.auth_backends.EmailBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "app", "USER": "app", "PASSWORD": "app",
                         "HOST": str(FOLDER / "postgres"), "PORT": os.environ["DATABASE_PORT"], "ATOMIC_REQUESTS": False}}
SESSION_COOKIE_SAMESITE = False  # as sites have it that payment pages send their users back to
SITE_ID = 1
STATIC_URL, STATIC_ROOT = "/static/", FOLDER / "static"
MEDIA_URL, MEDIA_ROOT = "/media/", FOLDER / "files"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
USE_TZ, TIME_ZONE, LANGUAGE_CODE, LANGUAGES = True, "UTC", "en-gb", [("en-gb", "English")]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
