"""Sessions under other names: what a judgement must not depend on.

Consistently within a session, in the intent, the summaries, the payloads and the outputs,
inside base64, hex and URL encoding too:

- people's and houses' names, mail addresses, hosts: letters are exchanged by a fixed
  exchange, so that what was equal, a part, or a look-alike of something else still is;
- accounts, phone and other long numbers: digits likewise; IBANs and card numbers get
  right check digits where they had right ones;
- tool names: another style (`read_file`, `readFile`) and for most a prefix;
- neighbouring steps that read and do not depend on one another change places.

Kept: what a word means (`mail.`, `api.`, `support@`), providers anybody may use, hosts
inside a house, and file names. Everything follows from the session's id: no chance in it.
"""

import base64
import binascii
import copy
import hashlib
import re
from urllib.parse import quote, unquote

# Letters that are exchanged; the others look like one another (l, I, 1; rn, m; cl, d)
# or like letters of other alphabets too often.
VOWELS = "ae"
CONSONANTS = "bfghkpstz"
DIGITS = "23456789"
CYRILLIC = {"а": "a", "е": "e", "А": "A", "Е": "E"}

GIVEN_NAMES = set(
    """
    aaron adam adele adrian agnes ahmed aiko aisha alan albert alejandro alex alexander alexandra alfred ali alice alicia alina
    amanda amelie amina amir amy ana anabel anders andrea andreas andrew angela anita anja anna anne annika antoine anton antonio
    arjun arthur ava aya barbara beatrice beatriz ben benjamin bernard bernd bob boris brian bruno camille carl carla carlos carmen
    caroline catherine cecile charles charlie chen chloe chris christian christine claire clara claude claudia clement daisy daniel
    daniela david dennis diana diego dieter dmitri dominik dora dorothy edith eduardo edward elena elias elisa elise elizabeth ella
    ellen elsa emilia emilie emily emma emmanuel enrique eric erik erika ethan eva eve evelyn fabian fatima felix fernando fiona
    florence florian francesca francis francisco frank franz fred frederic frieda fritz gabriel gabriela georg george gerard gloria
    greta guillaume gustav hannah hans harper harry hassan heike heinrich helen helena helene henri henry hugo ian ibrahim ines
    inga ingrid irene isabel isabella ivan jack jacob jacques james jan jana jane jean jennifer jens jessica joan joao joel johan
    johannes john jonas jonathan jorge jose josef joseph joshua juan judith jules julia julian julie julien juliette jurgen kai
    karen karim karin karl katarina kate katharina kathrin katja keiko kenji kevin klaus kofi kwame lars laura lea leah lena leo
    leon leonie liam lina linda lisa louis louise luca lucas lucia lucie ludwig luis luisa lukas luke manuel manuela marc marcel
    marco marcus margaret maria marie marina mario marion marta martha martin martina mary mateo mathieu mathilde matteo matthew
    matthias maya mei mehmet melanie mia michael michel miguel mikael mina mohamed mohammed monica monika nadia nadine natalia
    natalie nathan nicholas nick nico nicolas nicole niels nils nina noah noemi noemie nora norbert olga oliver olivia olivier omar
    oscar otto pablo paolo patricia patrick paul paula paulo pedro peter petra philip philipp philippe pierre pilar priya quentin
    rachel rafael ralf ramon raquel raul rebecca regina renate renee ricardo richard robert roberto roland roman rosa ruth ryan
    sabine sally salma samir samuel sandra sara sarah sebastian sergio silvia simon simone sofia sophia sophie stefan stefanie
    stella stephan stephen steve steven susan susanne sven sylvie tanja teresa thomas tim timo tobias tom tomas tomasz ursula uwe
    valentina valerie vanessa vera veronica veronique victor victoria vincent viola walter wei werner william wolfgang xavier
    yara yasmin yuki yusuf yvonne zoe
    """.split()
)
TITLES = {"mr", "mrs", "ms", "dr", "mme", "mlle", "herr", "herrn", "frau", "sr", "sra", "señor", "señora", "doña", "monsieur", "madame"}

TOP_LEVEL = (
    "com org net example io fr de es it uk eu us ch at be nl pt co dev app ai info biz me cloud tech shop store online site "
    "xyz health bank click link live news page pro top world work zone ru cn in test"
).split()
KEPT_LABELS = set(
    "www www2 api app apps mail smtp imap cdn docs doc wiki blog portal status static assets files hooks hook login auth admin "
    "support help shop store dev test staging prod intranet git registry upload uploads download downloads data s3 ftp web m".split()
)
KEPT_HOSTS = (
    "github.com githubusercontent.com gitlab.com bitbucket.org google.com googleapis.com amazonaws.com azure.com windows.net "
    "pypi.org npmjs.org npmjs.com crates.io docker.io debian.org ubuntu.com wikipedia.org slack.com linkedin.com twitter.com x.com "
    "facebook.com instagram.com youtube.com reddit.com pastebin.com gmail.com googlemail.com outlook.com hotmail.com live.com "
    "yahoo.com icloud.com proton.me protonmail.com gmx.de gmx.net web.de orange.fr wanadoo.fr posteo.de zoho.com example.com "
    "example.org example.net"
).split()
KEPT_MAILBOXES = set(
    "info support contact contacts hello help sales admin team office billing invoices accounting accounts payroll hr jobs press "
    "legal security noreply no reply it orders service kontakt buchhaltung rechnung personal compta facturation rh ventas soporte "
    "facturas nominas marketing".split()
)

HOST = r"(?:[\w-]+\.)+(?:" + "|".join(TOP_LEVEL) + r")\b(?!\.?[\w-])"
MAIL_ADDRESS = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")
HOST_NAME = re.compile(r"(?<![\w@./-])(?:(?<=://))?" + HOST + "|(?<=://)" + HOST, re.I)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b|\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b")
LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ -]?\d){8,}(?![\w.]*\w)")
WORD = re.compile(r"[^\W\d_]+")
# A word of its own, and not a piece of a user's or a thing's identifier.
LOWER_WORD = re.compile(r"(?<![\w@.-])[^\W\d_]+(?![\w@-]|\.\w)")
BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/]{16,}={0,2}(?![\w+/=-])")
HEX = re.compile(r"(?<!\w)(?:[0-9a-f]{2}){8,}(?!\w)")
PERCENT = re.compile(r"\S*%[0-9A-Fa-f]{2}\S*")
PREFIXES = ("", "app_", "mcp__main__", "svc.")
READING = set(
    "get read list search view show check find lookup fetch query open lire lister chercher consulter leer listar buscar ver "
    "consultar lesen suchen anzeigen liste auflisten".split()
)


def rename_all(sessions):
    """The sessions of a file under other names."""
    words = set()
    for session in sessions:
        words.update(word for step in session["steps"] for word in WORD.findall(step["type"]))
        words.update(word for text in texts(session) for word in LOWER_WORD.findall(text) if word.islower())
    return [rename(session, words) for session in sessions]


def rename(session, words):
    session = copy.deepcopy(session)
    names = Names(session, words)
    swap_reads(session["steps"])
    if session.get("intent"):
        session["intent"] = names.text(session["intent"])
    seed = number_of(session["id"])
    for step in session["steps"]:
        step["type"] = tool_name(step["type"], seed)
        step["summary"] = names.text(step.get("summary") or "")
        step["payload"] = names.value(step.get("payload") or {})
        if step.get("output"):
            step["output"] = names.text(step["output"])
    return session


def number_of(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def texts(session):
    """every text of a session, the keys and the types included"""
    yield session.get("intent") or ""
    for step in session["steps"]:
        yield step["type"]
        yield step.get("summary") or ""
        yield step.get("output") or ""
        yield from leaves(step.get("payload") or {})


def leaves(value):
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


class Names:
    """The names of one session, and what each becomes."""

    def __init__(self, session, words):
        """`words` are those of the session's file: no name may become one."""
        everything = list(texts(session))
        self.names = people(everything) | houses(everything, words)
        seed = number_of(session["id"])
        for turn in range(len(CONSONANTS) - 1):
            self.letters = exchange(VOWELS, 1) | exchange(CONSONANTS, 1 + (seed + turn) % (len(CONSONANTS) - 1))
            self.letters |= {twin: self.cyrillic(plain) for twin, plain in CYRILLIC.items()}
            if not words & {self.token(name) for name in self.names}:
                break
        self.digits = exchange(DIGITS, 1 + seed % (len(DIGITS) - 1))

    def cyrillic(self, plain):
        """A look-alike of a letter becomes the look-alike of what the letter becomes."""
        back = {plain: twin for twin, plain in CYRILLIC.items()}
        return back[self.letters[plain]]

    def value(self, value):
        if isinstance(value, dict):
            return {key: self.value(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**8:
            return int(self.long_number(str(value)))
        return value

    def text(self, text):
        """Address by address, then number by number, then name by name; what is done is not done again."""
        text = PERCENT.sub(lambda m: self.percent(m[0]), text)
        text = BASE64.sub(lambda m: self.encoded(m[0], from_base64, to_base64), text)
        text = HEX.sub(lambda m: self.encoded(m[0], from_hex, to_hex), text)
        readers = [(MAIL_ADDRESS, self.mail_address), (HOST_NAME, self.host), (IBAN, self.iban), (LONG_NUMBER, self.long_number)]
        return self.pieces(text, readers)

    def pieces(self, text, readers):
        if not readers:
            return self.words(text)
        (pattern, reader), *rest = readers
        done, at = [], 0
        for match in pattern.finditer(text):
            done += [self.pieces(text[at : match.start()], rest), reader(match[0])]
            at = match.end()
        return "".join([*done, self.pieces(text[at:], rest)])

    def words(self, text):
        def word(match):
            word = match[0]
            beside = text[match.end() : match.end() + 1] + text[max(match.start() - 1, 0) : match.start()]
            is_name = word[0].isupper() or any(c in "_@0123456789" for c in beside)
            return self.token(word) if is_name and word.lower() in self.names else word

        return WORD.sub(word, text)

    def token(self, token):
        return "".join(self.letters.get(letter, letter) for letter in token)

    def mail_address(self, address):
        local, host = address.rsplit("@", 1)
        local = WORD.sub(lambda m: m[0] if m[0].lower() in KEPT_MAILBOXES else self.token(m[0]), local)
        return f"{local}@{self.host(host)}"

    def host(self, host):
        kept = any(host.lower() == known or host.lower().endswith("." + known) for known in KEPT_HOSTS)
        if kept:
            return host
        *labels, top = host.split(".")
        if labels and labels[-1] in ("co", "com"):  # .co.uk
            top = f"{labels.pop()}.{top}"
        return ".".join([*(label if label.lower() in KEPT_LABELS else self.token(label) for label in labels), top])

    def iban(self, text):
        compact = text.replace(" ", "")
        new = compact[:4] + "".join(self.digits.get(c, c) for c in compact[4:])
        if remainder(compact) == 1:
            new = new[:2] + f"{98 - remainder(new[:2] + '00' + new[4:]):02d}" + new[4:]
        rest = iter(new)
        return "".join(c if c == " " else next(rest) for c in text)

    def long_number(self, text):
        """The first two digits stay: the country of a number, the sort of a card."""
        new = text[:2] + "".join(self.digits.get(c, c) for c in text[2:])
        plain = [c for c in text if c.isdigit()]
        if len(plain) in range(13, 20) and luhn(plain) == 0:
            digits = [c for c in new if c.isdigit()]
            last = (int(digits[-1]) - luhn(digits)) % 10
            at = max(i for i, c in enumerate(new) if c.isdigit())
            new = f"{new[:at]}{last}{new[at + 1:]}"
        return new

    def encoded(self, text, decode, encode):
        plain = decode(text)
        new = plain and self.text(plain)
        return encode(new) if new and new != plain else text

    def percent(self, text):
        plain = unquote(text, errors="replace")
        new = self.text(plain) if "%" not in plain and "\ufffd" not in plain else plain
        return quote(new, safe=":/?#[]@!$&'()*+,;=\"<>{}|\\^`-_.~") if new != plain else text


def exchange(letters, by):
    """each letter becomes the one so many places on, in both cases"""
    turned = letters[by:] + letters[:by]
    return dict(zip(letters + letters.upper(), turned + turned.upper()))


def people(everything):
    """given names, what stands behind one and is written like a name, and what stands behind a title"""
    found = set()
    for text in everything:
        for word in WORD.finditer(text):
            folded = word[0].lower()
            if not (folded in GIVEN_NAMES or folded in TITLES) or not word[0][0].isupper():
                continue
            if folded in GIVEN_NAMES:
                found.add(folded)
            behind = re.match(r"\.?[ _]([^\W\d_]+)", text[word.end() :])
            if behind and behind[1][0].isupper() and len(behind[1]) > 1 and not behind[1].isupper():
                found.add(behind[1].lower())
    return found


def houses(everything, words):
    """capitalised words that are a part of a host or a mailbox, and nowhere an ordinary word"""
    parts = set()
    for text in everything:
        for place in MAIL_ADDRESS.findall(text) + HOST_NAME.findall(text):
            parts |= {part.lower() for part in re.split(r"[.@+_-]", place) if len(part) > 3}
    parts -= KEPT_LABELS | KEPT_MAILBOXES | set(TOP_LEVEL)
    found = set()
    for text in everything:
        for word in WORD.findall(text):
            folded = word.lower()
            named = word[0].isupper() and not word.isupper() and len(word) > 3
            if named and folded not in words and any(folded in part for part in parts):
                found.add(folded)
    return found


def remainder(iban):
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97


def luhn(digits):
    doubled = [int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10


def from_base64(text):
    try:
        return printable(base64.b64decode(text, validate=True))
    except binascii.Error:
        return None


def to_base64(text):
    return base64.b64encode(text.encode()).decode()


def from_hex(text):
    return printable(bytes.fromhex(text))


def to_hex(text):
    return text.encode().hex()


def printable(data):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def tool_name(name, seed):
    """`read_file` as `readFile`, `readFile` as `read_file`, `mail.send` as `mail__send`, and a prefix"""
    words = [word for word in re.split(r"[_.\- ]+|(?<=[a-z0-9])(?=[A-Z])", name) if word]
    if "." in name:
        new = "__".join(name.split("."))
    elif "_" in name or "-" in name:
        new = words[0].lower() + "".join(word[:1].upper() + word[1:] for word in words[1:])
    else:
        new = "_".join(word.lower() for word in words)
    return PREFIXES[seed % len(PREFIXES)] + new


def swap_reads(steps):
    """Two neighbours that only look, and of which neither uses what the other returned, change places."""
    at = 0
    while at + 1 < len(steps):
        one, other = steps[at], steps[at + 1]
        if looks(one) and looks(other) and not uses(one, other) and not uses(other, one):
            steps[at], steps[at + 1] = other, one
            at += 1
        at += 1


def looks(step):
    words = {word.lower() for word in WORD.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", step["type"].replace("_", " ")))}
    return step.get("label") == "benign" and bool(words & READING)


def uses(step, of):
    """true when an argument of the step stands in what the other returned"""
    output = (of.get("output") or "").lower()
    return any(leaf.lower() in output for value in (step.get("payload") or {}).values() for leaf in leaves(value) if len(leaf) > 1)
