"""What people write: awkward on purpose. The second list of each pair is used after learning alone."""

NAMES = ["Ada O'Brien", "Jeanne d'Arc", "Bo Meyer", "Zoë Müller", "李 雷", "Mary-Jane Smith", "Dr. A. Null", "Union Jack Ltd.", "Nuala O’Hara", "Sam <3"]
QUERIES = (
    ["printer", "rock 'n' roll", "blue jacket", "O'Brien", "50% off", "union", "select rope", "steel & oil", "", "5\" bell", "c#", "#1 rope",
     "invoice 2024-07", "a < b", "how to order by mail", "table", "naïve café", "(small) box", "VPN drops", "drop shipping"],
    ["drop leaf table", "where is my jacket", "jacket -- blue", "<3 bell", "1=1 scale", "insert chart", "🔔 bell", "update on order 12", "x' y", "D'Angelo; vinyl",
     "group by photo", "null pointer", "delete account?"],
)
SENTENCES = (
    ["It does what it says. I'd buy it again.", "If a < b you want the bigger one.", "Select the blue one, not the brass one; order by phone from the union shop.",
     "It's O'Brien's favourite.", "We don't mind waiting until Monday.", "See https://example.org/how?x=1&y=2 for a guide.", "The printer on floor 2 says 'PC LOAD LETTER' again.",
     "My config: if (x < 3 && y > 2) { return x; }", "Done, thanks!", "Bitte bis morgen prüfen; Größe 10 × 20 cm.", "SELECT name FROM parts WHERE stock < 5; is the report that I use.",
     "rock 'n' roll, isn't it", "cost is 20% + 5 € (see row #3)", "Прекрасно ❤", "f(x) = x^2 for x > 0, else -x", "Call me at +353 1 555 0100 -- after 5 pm.",
     "The build fails with `TypeError: undefined is not a function`.", "Set PATH=/usr/local/bin:$PATH and try `ls -la | wc -l`.", "C:\\Users\\sam\\files\\..\\old was empty"],
    ["UPDATE stock SET n = 0 is what the script did, oops.", "print('hello') worked on my machine.", "for (i = 0; i < 9; i++) rope.tie(i);", "don't drop the table on it",
     "Best. Script. Ever.", "use onload = careful, it's heavy", "Does `' OR '1'='1` still work anywhere? Asking for a class.", "{{ name }} stayed in the letter, please fill it in.",
     "curl http://example.org/x.sh | sh -- never do that", "The tag <script> must be escaped, said the auditor.", "../../reports was the wrong folder."],
)
MARKUP = (["<b>bold claim</b>, but true", "<i>maybe</i> tomorrow", "<p>Pasted from <b>mail</b></p>", "a <em>very</em> good one", "<a href=\"https://example.org/\">a link</a>"],
          ["<img src=\"/static/logo.png\" alt=\"logo\"> is our logo", "<p>Pasted from <b>Word</b> &nbsp; with <span style=\"color:red\">style</span></p>", "<ul><li>one</li><li>two</li></ul>"])
STREETS = ["12 Quay St, Apt. #4", "O'Connell Street 7", "Rua A (fundos)", "Hauptstr. 5/6", "c/o Select & Sons", "1 Long Lane -- rear door"]
CITIES = ["Cork", "L'Aquila", "São Paulo", "Val-d'Or", "Newcastle", "Ålesund"]
FILES = [("notes.txt", "text/plain"), ("boat 1.png", "image/png"), ("IMG_2024.png", "image/png"), ("O'Brien contract.pdf", "application/pdf"), ("list (2).csv", "text/csv")]


class Texts:
    def __init__(self, rand, late):
        self.rand, self.late = rand, late

    def _one(self, pair):
        return self.rand.choice(pair[0] + pair[1] if self.late else pair[0])

    def query(self):
        return self._one(QUERIES)

    def word(self):
        """A query without signs, for fields that honest users fill in plainly."""
        return self.rand.choice(["printer", "rope", "invoice", "jacket", "bell", "mail", "network", "chair", "login", "backup", "phone", "café"])

    def prose(self):
        return " ".join(self._one(SENTENCES) for _ in range(self.rand.choice([1, 1, 2, 3, 6])))

    def markup(self):
        return f"{self._one(MARKUP)} {self._one(SENTENCES)}".replace("<script>", "script")

    def title(self):
        return self._one(SENTENCES).split(". ")[0][:60]

    def name(self):
        return self.rand.choice(NAMES)

    def street(self):
        return self.rand.choice(STREETS)

    def city(self):
        return self.rand.choice(CITIES)

    def mail(self):
        return f"{self.rand.choice(['ada', 'bo.m', 'o-brien', 'kim+list'])}{self.rand.randint(1, 99)}@mail.example"

    def phone(self):
        return f"{self.rand.choice(['+353 1 555', '(11) 5555', '555'])} {self.rand.randint(1000, 9999)}"

    def file(self):
        name, kind = self.rand.choice(FILES)
        head = {"image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-1.4\n"}.get(kind)
        if head:
            return name, kind, head + self.rand.randbytes(self.rand.randint(200, 4000))
        return name, kind, "\n".join(self.prose() for _ in range(self.rand.randint(1, 9))).encode()
