"""Puts goods, people and the club's tables into a fresh database: the same rows every time."""
import django

django.setup()
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db import connection
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model

KINDS = ["Lantern", "Rope", "Anchor", "Compass", "Kettle", "Jacket", "Pulley", "Varnish", "Chart", "Bell"]
LOOKS = ["brass", "steel", "oiled", "blue", "sailor's"]
PEOPLE = "admin kim lou ida bo sam eve max zoe ned amy rex ina tom uma jon".split()

Product, ProductClass, ProductCategory = (get_model("catalogue", name) for name in ("Product", "ProductClass", "ProductCategory"))
kind = ProductClass.objects.create(name="Goods", requires_shipping=True, track_stock=True)
partner = get_model("partner", "Partner").objects.create(name="Quay & Sons")
get_model("address", "Country").objects.create(iso_3166_1_a2="IE", iso_3166_1_a3="IRL", name="Ireland", printable_name="Ireland", is_shipping_country=True)
categories = [create_from_breadcrumbs(name) for name in ("Deck", "Cabin", "Harbour")]
for number in range(40):
    title = f"{LOOKS[number % 5]} {KINDS[number % 10]} {number}"
    product = Product.objects.create(title=title, description=f"It's made to last; 3 < 4 year guarantee. No. {number}", product_class=kind, structure="standalone")
    ProductCategory.objects.create(product=product, category=categories[number % 3])
    get_model("partner", "StockRecord").objects.create(product=product, partner=partner, partner_sku=f"s{number}", price=Decimal("9.5") + number, num_in_stock=100_000)
for name in PEOPLE:
    get_user_model().objects.create_user(name, f"{name}@mail.example", f"pw-{name}", is_staff=name == "admin", is_superuser=name == "admin", first_name=name, last_name="O'Neill")
with connection.cursor() as cursor:
    cursor.execute("""
        CREATE TABLE club_member (id serial PRIMARY KEY, login text UNIQUE, pass text, role text, fullname text, email text, phone text, street text, city text, note text);
        CREATE TABLE club_wall (id serial PRIMARY KEY, author text, text text);
        CREATE TABLE club_guest (id serial PRIMARY KEY, login text, event text, note text);
        CREATE TABLE club_payment (id serial PRIMARY KEY, login text, reference text, state text);
        INSERT INTO club_member (login, pass, role, fullname, email, phone, street, city, note)
          SELECT username, md5('pw-' || username), 'member', initcap(username) || ' O''Neill', email, '555 1000', '1 Quay', 'Cork', '' FROM auth_user ORDER BY id;
        INSERT INTO club_wall (author, text) SELECT username, 'Hello, <b>all</b>' FROM auth_user ORDER BY id;""")
