"""Fields that are written as text: `name = value`, `name: value`, `?name=value`, a header, in any language.

The triggers are RE2-safe: the engine searches them together with those of all kinds, so that a text without them is
never looked at twice. What a trigger found is confirmed by a pattern of Python's, which may look around.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_WORDS = (
    r"(?:passw(?:or)?d|passwort|passphrase|kennwort|passwd|pwd|passcode|secret|token|credential|api[_-]?key|apikey|"
    r"[a-z0-9][_-]?keys?|_pat|_dsn|connection[_-]?string|conn[_-]?str|webhook[_-]?url|_sas|sig|signature|auth|pass|"
    r"mot_?de_?passe|mdp|contrase(?:n|\xc3\xb1|\xf1)a|senha|wachtwoord|haslo|heslo|geheimnis|schluessel|"
    r"schl\xc3\xbcssel)"
)
_AFTER = r"[A-Za-z0-9_-]{0,20}"
# Repetitions without a bound cost the engine nothing, counted ones do.
_ANY = rf"[A-Za-z0-9_.$-]*{_WORDS}[A-Za-z0-9_-]*"
# Whether a name is telling is asked of the whole name: inside the pattern it would be tried at every letter.
_NAME = r"(?P<key>[A-Za-z0-9_.$\[\]\x80-\xff-]{2,100})"
_TELLING = re.compile(rf"(?i){_WORDS}{_AFTER}\]?$".encode())
# The letter of a line break that is written as an escape is no part of the name behind it.
_WHOLE_NAME = rf"(?<![A-Za-z0-9_.$\[\]\x80-\xff-])(?:(?<=\\)[nrt])?{_NAME}"
_QUOTE = r"""\\?["'`]"""
_SIGN = r"[ \t]*(?:=>|:=|={1,3}|:|,)[ \t]*"
_LINE = (
    r"(?:^|[\n;\r]|\\[nrt])[ \t]*"
    r"(?:(?:export|set|setx|ENV|ARG|let|const|var)[ \t]+|Environment=|-[ \t]+|\$env:|#[ \t]*)?"
)
_END = r"[ \t]*(?:[\r\n#;]|\\[nrt\"]|$)"
_BARE = r"(?:[^\s\"'`,;{}<>\[\]()\\]|\\[^nrt\"'`\s])"
_SCHEMES = r"(?:bearer|basic|token|apikey|key)"
_VALUE_NAMES = r"(?:value|val|content|default|default_?value|string_?value|plain_?text)"
_SPACE = r"\s{0,40}"
_FORMS: tuple[tuple[str, str], ...] = (
    (  # In quotes: JSON, code, a command line.
        rf"{_WORDS}{_AFTER}[\"'`]?[\])]?{_SIGN}[rbfuRBFU@]?[\"'`][^\"'`\n]{{4}}",
        (
            rf"{_WHOLE_NAME}[\"'`]?[\])]?{_SIGN}[rbfuRBFU@]?(?P<quote>[\"'`])"
            rf"(?P<secret>(?:(?!(?P=quote))[^\n\\]|\\.){{4,600}})(?P=quote)"
        ),
    ),
    (  # The same inside a string.
        rf"{_WORDS}{_AFTER}(?:\\[\"'`])?[\])]?{_SIGN}\\[\"'`][^\"'`\n\\]{{4}}",
        (
            rf"{_WHOLE_NAME}(?:\\[\"'`])?[\])]?{_SIGN}\\(?P<quote>[\"'`])"
            r"(?P<secret>[^\"'`\n\\]{4,600})\\(?P=quote)"
        ),
    ),
    (  # Without quotes, alone on its line: .env, properties, INI, YAML, shell.
        rf"{_WORDS}{_AFTER}\"?[ \t]*(?:=|:[ \t])[ \t]*[^\s\"'`,;{{}}<>\[\]()]{{4}}",
        rf"{_LINE}\"?{_NAME}\"?[ \t]*(?:=|:[ \t])[ \t]*(?P<secret>{_BARE}{{4,600}}){_END}",
    ),
    (  # A parameter of a URL.
        rf"[?&;]{_ANY}=[^&\s\"'`<>{{}}\\#;]{{6}}",
        rf"[?&;]{_NAME}=(?P<secret>[^&\s\"'`<>{{}}\\#;]{{6,300}})",
    ),
    (  # An option of a command.
        rf"\s--?{_ANY}(?:[ \t]+|=)[\"']?[^\s\"'`$<>{{}}-][^\s\"'`<>{{}}]{{3}}",
        rf"\s--?{_NAME}(?:[ \t]+|=)[\"']?(?P<secret>[^\s\"'`$<>{{}}-][^\s\"'`<>{{}}]{{3,300}})",
    ),
    (  # A header with a scheme.
        rf"authorization(?:{_QUOTE})?[ \t]*[:=,][ \t]*f?(?:{_QUOTE})?{_SCHEMES}[ \t]+[^\s\"'`\\<>{{}}$]{{8}}",
        (
            rf"(?P<key>authorization)(?:{_QUOTE})?[ \t]*[:=,][ \t]*f?(?:{_QUOTE})?{_SCHEMES}[ \t]+"
            r"(?P<secret>[^\s\"'`\\<>{}$]{8,2000})"
        ),
    ),
    (  # An element of XML.
        rf"<{_ANY}(?:\s[^<>]{{0,200}})?>[^<>\s]{{4}}",
        rf"<{_NAME}(?:\s[^<>]{{0,200}})?>[ \t]*(?P<secret>[^<>\s]{{4,600}})[ \t]*</",
    ),
    (  # A variable that is set for one command.
        rf"[\s;&|]{_ANY}=[^\s\"'`$;&|<>]{{4}}",
        rf"(?:^|[\s;&|]){_NAME}=(?P<secret>[^\s\"'`$;&|<>(){{}}\[\],]{{4,300}})[ \t]+[A-Za-z./]",
    ),
    (  # The user and password of curl.
        r"\bcurl[ \t][^\n|;]{0,300}[ \t](?:-u|--user)[ =]?[\"']?[^\s:\"']{1,80}:[^\s\"'$]{4}",
        r"\bcurl[ \t][^\n|;]{0,300}?[ \t](?:-u|--user)[ =]?[\"']?[^\s:\"']{1,80}:(?P<secret>[^\s\"'$]{4,200})",
    ),
    (  # The password of MySQL's clients, which follows its letter without a blank.
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)[ \t][^\n|;]{0,200}[ \t]-p[^\s\"'$-][^\s\"']{3}",
        (
            r"\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)[ \t](?:[^\n|;]{0,200}?[ \t])?"
            r"-p(?P<secret>[^\s\"'$-][^\s\"']{3,100})"
        ),
    ),
    (  # A call that is given an address or a name and a password.
        rf"\.(?:login|authenticate|auth)\([ \t]*{_QUOTE}[^\"'`\n]{{3,100}}{_QUOTE}[ \t]*,[ \t]*{_QUOTE}[^\"'`\n]{{4}}",
        (
            rf"\.(?:login|authenticate|auth)\([ \t]*{_QUOTE}[^\"'`\n]{{3,100}}{_QUOTE}[ \t]*,[ \t]*{_QUOTE}"
            rf"(?P<secret>[^\"'`\n\\]{{4,200}}){_QUOTE}"
        ),
    ),
    (  # A name and a value beside each other, as many platforms keep headers and parameters.
        (
            rf"\"(?:name|key|field|header)\\?\"{_SPACE}:{_SPACE}\\?\"{_ANY}\\?\"{_SPACE},{_SPACE}\\?\""
            rf"{_VALUE_NAMES}\\?\"{_SPACE}:{_SPACE}\\?\"[^\"\n]{{4}}"
        ),
        (
            rf"\"(?:name|key|field|header)\\?\"{_SPACE}:{_SPACE}\\?\"{_NAME}\\?\"{_SPACE},{_SPACE}\\?\""
            rf"{_VALUE_NAMES}\\?\"{_SPACE}:{_SPACE}\\?\"(?P<secret>[^\"\n\\]{{4,600}})\\?\""
        ),
    ),
    (  # The same in YAML.
        rf"(?:name|key):[ \t]*[\"']?{_ANY}[\"']?[ \t]*\r?\n[ \t]*{_VALUE_NAMES}:[ \t]*[\"']?[^\s\"'`,{{}}\[\]]{{4}}",
        (
            rf"(?:name|key):[ \t]*[\"']?{_NAME}[\"']?[ \t]*\r?\n[ \t]*{_VALUE_NAMES}:[ \t]*"
            r"(?P<quote>[\"']?)(?P<secret>[^\s\"'`,{}\[\]][^\n\"'`]{3,600}?)(?P=quote)[ \t]*(?:\r?\n|$|[ \t]#)"
        ),
    ),
    (  # A setting of XML, with its name and its value as attributes.
        rf"(?:key|name|id)=\"{_ANY}\"\s[^<>]{{0,200}}(?:value|default)=\"[^\"<>]{{4}}",
        rf"(?:key|name|id)=\"{_NAME}\"\s(?:[^<>]{{0,200}}?\s)?(?:value|default)=\"(?P<secret>[^\"<>\n]{{4,600}})\"",
    ),
)
"""For each form its shortest beginning, which the engine looks for, and all of it."""
# Where only the tree of a document tells which value belongs to a name.
_APART = (
    # A name in JSON whose value stands before it or apart from it.
    rf"\"(?:name|key|keyValue|field|header|id|p|property|variable|variableName)\" ?: ?\"{_ANY}\"",
    # An object that describes a field, or a list of values.
    rf"{_WORDS}[A-Za-z0-9_-]*\" ?: ?\{{[^{{}}]*\"{_VALUE_NAMES}\" ?: ?\"[^\"\n]{{4}}",
    rf"{_WORDS}[A-Za-z0-9_-]*\" ?: ?\[\s*\"[^\"\n]{{4}}",
    rf"{_WORDS}[A-Za-z0-9_-]*[\"']?:\r?\n[ \t]+(?:-|value:|default:)",
    # Elements of XML that are called by an attribute, or whose name stands beside them.
    rf"<[^<>]{{1,200}}\s(?:\w+:)?(?:key|name|id)=\"{_ANY}\"",
    rf"<key>{_ANY}</key>",
    rf"<{_ANY}(?:\s[^<>]{{0,200}})?>\s{{0,80}}<!\[CDATA\[",
)
TRIGGERS = (*(f"(?i){trigger}" for trigger, _ in _FORMS), *(f"(?i){trigger}" for trigger in _APART))
PATTERNS = tuple(f"(?i){pattern}" for _, pattern in _FORMS)


@cache
def pattern(form: int) -> "re.Pattern[bytes]":
    """The pattern that confirms a form, by its place among `PATTERNS`."""
    return re.compile(PATTERNS[form].encode())


_NEIGHBOUR = re.compile(rf"(?i)\"{_VALUE_NAMES}\" ?: ?\"((?:[^\"\\\n]|\\.){{4,600}})\"".encode())
_BESIDE = 400
"""Bytes on each side of a name in which its value may stand."""
_REFERENCES = (b"={{", b"{{", b"${", b"=${", b"$(")
_UNNAMED = "password"
"""What a form without a name holds."""
_SCHEME = re.compile(r"^(?:bearer|basic|token|apikey|key)[ \t]+", re.IGNORECASE)


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\/\"'`]))")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A name and a value in a text, with the span of the value in bytes.

    `certain`: the form of the file says that it is a password, however it looks.
    """

    name: str
    value: str
    start: int
    end: int
    certain: bool = False


def neighbours(data: bytes, end: int) -> Iterator[tuple[str, str]]:
    """The name in JSON that ends at `end`, with each value that stands near it."""
    start = data.rfind(b'"', max(0, end - 200), end - 1) + 1
    name = data[start : end - 1].decode("utf-8", "replace")
    for match in _NEIGHBOUR.finditer(data, max(0, end - _BESIDE), end + _BESIDE):
        yield name, match[1].decode("utf-8", "replace")


def is_reference_at(data: bytes, end: int) -> bool:
    """Whether the four bytes before `end`, where a form begins its value, begin a reference."""
    return data.startswith(_REFERENCES, end - 4)


def unescaped(text: str) -> str:
    """The text with the escapes undone that JSON, JavaScript and Python share; line breaks stay as they are written."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: match[3] or chr(int(match[1] or match[2], 16)), text)


def is_telling(match: "re.Match[bytes]") -> bool:
    """Whether the name in a match of one of the patterns says that its value may be a secret."""
    return "key" not in match.re.groupindex or bool(_TELLING.search(match["key"]))


def assignment(match: "re.Match[bytes]") -> Assignment:
    """What a match of one of the patterns assigns; the scheme of an Authorization header is no part of the value."""
    named = "key" in match.re.groupindex
    start, end = match.span("secret")
    value = unescaped(match["secret"].decode("utf-8", errors="replace"))
    scheme = _SCHEME.match(value)
    if scheme:
        start += len(scheme[0])
        value = value[scheme.end() :]
    key = match["key"].decode("utf-8", errors="replace").strip("\"'$ ") if named else _UNNAMED
    return Assignment(key, value, start, end)
