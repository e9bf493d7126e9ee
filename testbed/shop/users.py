"""Ordinary customers and the administrator of the shop. What they write is awkward on purpose."""
from urllib.parse import quote, urlencode

QUERIES = ["lantern", "rope", "kettle 3", "blue jacket", "bell", "chart", "brass", "anchor < 10", "50% off", "union", "select rope",
           "rope or chain", "steel & oiled", "", "compass", "kettle+lid", "a <b", "5\" bell", "c#", "#1 rope", "oiled; heavy", "table"]
LATER_QUERIES = ["drop leaf table", "order by size", "where is my jacket", "jacket -- blue", "<3 bell", "1=1 scale", "insert chart", "ünder", "🔔 bell", "(small) pulley"]
BODIES = ["Does what it says. I'd buy it again.", "I love it <3 and so does my dad", "If a < b you want the bigger one", "Great value!!! 5/5",
          "Select the blue one, not the brass one; order by phone from the union shop", "It's O'Brien's favourite", "🙂🙂 super", "ok",
          "My config: if (x < 3 && y > 2) { return x; }", "See https://example.org/how?x=1&y=2 for a guide", "Meh - not so good (2/5)"]
LATER_BODIES = ["<b>bold claim</b> but true", "SELECT * FROM shop; just joking", "print('hello') worked on my label maker", "don't drop the table on it",
                "for (i = 0; i < 9; i++) rope.tie(i);", "use onload = careful, it's heavy", "Best. Script. Ever. for a <chart>", "Прекрасно ❤"]
NAMES = ["Ada O'Brien", "Jeanne d'Arc", "Bo Meyer", "Zoë Müller", "李 雷", "Mary-Jane Smith", "Dr. A. Null", "Union Jack Ltd."]
STREETS = ["12 Quay St, Apt. #4", "O'Connell Street 7", "Rua A (fundos)", "Hauptstr. 5/6", "c/o Select & Sons", "1 Long Lane -- rear door"]
NOTES = ["ring twice", "please call before 5 pm; thanks", "leave at the door", "I don't mind waiting", "gift: \"happy birthday\"", "", "either Mon or Tue", "x" * 300]


class User:
    def __init__(self, browser, rand, number, late):
        self.b, self.r, self.number = browser, rand, number
        self.queries = QUERIES + LATER_QUERIES if late else QUERIES
        self.bodies = BODIES + LATER_BODIES if late else BODIES
        self.products = list(range(1, 13))

    def run(self):
        b, r = self.b, self.r
        if not b.think(0, 2.5):
            return
        if r.random() < 0.15:
            b.send("GET", "/", extra={"Referer": "https://search.example/?q=harbour"})
        else:
            b.send("GET", "/")
        if r.random() < 0.25:
            b.login(f"user{self.number:02d}", "wrong" + r.choice(["", "'", " pw"]))
        b.login(f"user{self.number:02d}", f"pw{self.number:02d}")
        if self.number == 0:
            return self.administer()
        acts = [(self.look, 6), (self.search, 6), (self.review, 2), (self.cart, 3), (self.checkout, 2), (self.profile, 2), (self.api, 3), (self.picture, 1), (self.password, 1)]
        while b.think(*((0.02, 0.15) if r.random() < 0.3 else (0.4, 2.2))):
            r.choices([a for a, _ in acts], [w for _, w in acts])[0]()

    def look(self):
        status, text = self.b.send("GET", f"/product/{self.r.choice(self.products)}")
        if self.b.think(0, 0.2) and not self.b.run_scripts(text, "stored-fire"):
            self.b.send("GET", f"/api/stock?id={self.r.choice(self.products)}", kind="empty")

    def search(self):
        q = {"q": self.r.choice(self.queries)}
        if self.r.random() < 0.4:
            q["sort"] = self.r.choice(["price", "title", "price desc", "sold desc"])
        if self.r.random() < 0.3:
            q["cat"] = self.r.choice(["", "1", "2", "3"])
        if self.r.random() < 0.3:
            q["page"] = str(self.r.randint(1, 4))
        self.b.send("GET", "/search?" + urlencode(q))

    def review(self):
        p = self.r.choice(self.products)
        self.b.send("GET", f"/product/{p}")
        if self.b.think(0.2, 1.0):
            body = " ".join(self.r.sample(self.bodies, self.r.choice([1, 1, 2, 4])))
            self.b.send("POST", f"/product/{p}/review", form={"stars": self.r.randint(1, 5), "headline": self.r.choice(["Good", "So so", "I'm happy", "A < B", "Wow!"]),
                        "body": body, "link": self.r.choice(["", "https://example.org/me", "http://blog.example/?p=3&x=1"])})

    def cart(self):
        if self.r.random() < 0.3:
            self.b.send("GET", f"/cart?item={self.r.randint(1, 60)}&qty=1")
        else:
            self.b.send("POST", "/cart", form={"item": self.r.randint(1, 60), "qty": self.r.choice([1, 1, 2, 0])})

    def checkout(self):
        self.b.send("GET", "/checkout")
        if self.b.think(0.3, 1.2):
            self.b.send("POST", "/checkout", form={"name": self.r.choice(NAMES), "street": self.r.choice(STREETS), "city": self.r.choice(["Cork", "L'Aquila", "São Paulo"]),
                        "zip": self.r.choice(["D02 X285", "20000-000", "12345"]), "phone": self.r.choice(["+353 1 555 0100", "(11) 5555-0001", "555-1234 ext. 5"]), "note": self.r.choice(NOTES)})

    def profile(self):
        self.b.send("GET", "/profile")
        if self.b.think(0.2, 1.0):
            form = {"fullname": self.r.choice(NAMES), "email": f"u{self.r.randint(1, 99)}@mail.example", "phone": f"+44 20 {self.r.randint(1000, 9999)}",
                    "address": self.r.choice(STREETS), "city": self.r.choice(["Cork", "L'Aquila"]), "bio": self.r.choice(["I like boats", "sailor & cook", "I'm new here", "🙂", "SQL fan: select, where, group by"])}
            self.b.send("POST", "/profile", form={k: v for k, v in form.items() if self.r.random() < 0.7} or form)

    def api(self):
        if self.r.random() < 0.6:
            self.b.send("POST", "/api/filter", kind="empty", json='{"price":{"max":%d},"starts":"%s"}' % (self.r.randint(5, 200), self.r.choice(["br", "st", "o", "", "sailor", "b"])))
        else:
            items = ",".join('{"id":%d,"remark":"%s"}' % (self.r.randint(1, 60), self.r.choice(["for mum", "2 of them", "size < 9", "", "dad\\u0027s"])) for _ in range(self.r.randint(1, 3)))
            self.b.send("POST", "/api/wish", kind="empty", json='{"items":[%s]}' % items)

    def picture(self):
        name = self.r.choice(["me.png", "boat 1.jpg", "IMG_2024.png"])
        upload(self.b, name, bytes([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]) + self.r.randbytes(self.r.randint(200, 3000)), "image/png")
        self.b.send("GET", "/uploads/" + quote(name), kind="image")

    def password(self):
        _, text = self.b.send("GET", "/profile")
        token = text.rpartition("name='token' value='")[2].partition("'")[0]
        self.b.send("POST", "/password", form={"token": token, "fresh": f"pw{self.number:02d}"})

    def administer(self):
        while self.b.think(0.4, 2.0):
            status, text = self.b.send("GET", self.r.choice(["/admin", "/admin?by=id", "/admin?by=city", "/admin?by=ship_name"]))
            self.b.run_scripts(text, "stored-fire")
            if self.r.random() < 0.4:
                n = self.r.randint(13, 60)
                self.b.send("POST", "/admin", form={"id": n, "title": self.r.choice(["brass bell", "sailor's rope", "chart < 1 m", "kettle (big)"]), "price": f"{self.r.randint(3, 200)}.50", "stock": self.r.randint(0, 80)})


def upload(browser, name, content, kind, label=None):
    edge = "----formedge%012x" % browser.rand.getrandbits(48)
    body = (f'--{edge}\r\nContent-Disposition: form-data; name="picture"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n').encode() + content + f"\r\n--{edge}--\r\n".encode()
    return browser.send("POST", "/picture", body, label=label, extra={"Content-Type": f"multipart/form-data; boundary={edge}"})
