"""Honest users who do what looks like an attack: no benign learn episode holds any of it."""
from urllib.parse import quote

from users import User, upload

TEXTS = ["How do I escape <script>alert(1)</script> in a review? It's for my blog", "Our DBA says: UPDATE customers SET city = 'x' WHERE id = 5 -- is that how you do it?",
         "<img src=\"cid:pic1\"> sorry, copied from my mail", "In SQL, ' OR 1=1 -- is the classic. This book explains it", "<p>Pasted from <b>Word</b> &nbsp; with <span style=\"x\">style</span></p>",
         "the onclick=\"go()\" sticker is funny", "javascript: the good parts, 5 stars", "union, select, order by: all in one mug"]


class Lookalike(User):
    def run(self):
        b, r = self.b, self.r
        b.send("GET", "/", extra={"Referer": "https://news.example/issue/12"})
        b.login(f"user{self.number:02d}", f"pw{self.number:02d}")
        acts = [self.newsletter, self.write, self.single_sign_on, self.new_feature, self.crawl, self.odd_file, self.quoted_search, self.look, self.search, self.cart]
        while b.think(0.6, 2.2):
            r.choice(acts)()

    def newsletter(self):
        """A link in a newsletter that puts something into the cart: another site, GET, a change."""
        self.b.send("GET", f"/cart?item={self.r.randint(1, 60)}&qty=1&utm_source=mail", forged="https://news.example")

    def write(self):
        self.b.send("POST", f"/product/{self.r.randint(30, 60)}/review", form={"stars": 4, "headline": "Question", "body": self.r.choice(TEXTS), "link": ""})

    def single_sign_on(self):
        """A payment page of another site sends the customer back by POST."""
        self.b.send("POST", "/checkout", form={"name": "Bo Meyer", "street": "1 Quay", "city": "Cork", "zip": "1", "phone": "2", "note": "paid"}, forged="https://pay.example")

    def new_feature(self):
        self.b.send("GET", f"/search?q=rope&view=grid&min_price={self.r.randint(1, 9)}&tags[]=a&tags[]=b")

    def crawl(self):
        for path in ("/robots.txt", "/.well-known/security.txt", "/product/9999", "/wp-login.php"):
            self.b.send("GET", path, extra={"User-Agent": "ExampleBot/2.1 (+https://bot.example/about)", "Accept": "*/*"}, kind="empty")

    def odd_file(self):
        name = self.r.choice(["list.php.png", "script.svg", "notes.html"])
        upload(self.b, name, b"<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>", "image/svg+xml")
        self.b.send("GET", "/uploads/" + quote(name), kind="image")

    def quoted_search(self):
        self.b.send("GET", "/search?q=" + quote(self.r.choice(["O'Brien's rope", "bell' ", "select * from catalogue", "5' 6\" jacket", "rope -- blue; 10 m"])))
