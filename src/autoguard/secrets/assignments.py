"""Fields that are written as text: `name = value`, `name: value`, `?name=value`, a header, in any language.

The patterns are RE2-safe: the engine searches them together with those of all kinds, so that a text without them is
never looked at twice.
"""

import re
from dataclasses import dataclass

_WORDS = (
    r"(?:passw(?:or)?d|passwort|passphrase|kennwort|passwd|pwd|passcode|secret|token|credential|api[_-]?key|apikey|"
    r"[a-z0-9][_-]?keys?|_pat|_dsn|connection[_-]?string|conn[_-]?str|webhook[_-]?url|_sas|sig|signature|auth|pass)"
)
_AFTER = r"[A-Za-z0-9_-]{0,20}"
_ANY = rf"[A-Za-z0-9_.$-]{{0,60}}{_WORDS}{_AFTER}"
_NAME = rf"(?P<key>[A-Za-z0-9_.$\[\]-]{{0,60}}{_WORDS}{_AFTER})"
_QUOTE = r"""\\?["'`]"""
_SIGN = r"[ \t]*(?:=>|:=|={1,3}|:|,)[ \t]*"
_END = r"[ \t]*(?:[\r\n#;]|$)"
_SCHEMES = r"(?:bearer|basic|token|apikey|key)"
_LINE = r"(?:^|[\n;\r])[ \t]*(?:(?:export|set|setx|ENV|ARG|let|const|var)[ \t]+|Environment=|-[ \t]+|\$env:)?"
_FORMS: tuple[tuple[str, str], ...] = (
    (  # In quotes: JSON, code, a command line, JSON inside a string.
        rf"{_WORDS}{_AFTER}(?:{_QUOTE})?[\])]?{_SIGN}{_QUOTE}[^\"'`\n]{{4}}",
        rf"{_NAME}(?:{_QUOTE})?[\])]?{_SIGN}{_QUOTE}(?P<secret>[^\"'`\n\\]{{4,600}}){_QUOTE}",
    ),
    (  # Without quotes, alone on its line: .env, properties, INI, YAML, shell.
        rf"{_WORDS}{_AFTER}\"?[ \t]*(?:=|:[ \t])[ \t]*[^\s\"'`,;{{}}<>\[\]()]{{4}}",
        rf"{_LINE}\"?{_NAME}\"?[ \t]*(?:=|:[ \t])[ \t]*(?P<secret>[^\s\"'`,;{{}}<>\[\]()]{{4,600}}){_END}",
    ),
    (  # A parameter of a URL.
        rf"[?&;]{_ANY}=[^&\s\"'`<>{{}}\\#;]{{6}}",
        rf"[?&;]{_NAME}=(?P<secret>[^&\s\"'`<>{{}}\\#;]{{6,300}})",
    ),
    (  # An option of a command.
        rf"\s--?{_ANY}(?:[ \t]+|=)[\"']?[^\s\"'`$<>{{}}-][^\s\"'`<>{{}}]{{5}}",
        rf"\s--?{_NAME}(?:[ \t]+|=)[\"']?(?P<secret>[^\s\"'`$<>{{}}-][^\s\"'`<>{{}}]{{5,300}})",
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
            rf"\"(?:name|key|field|header)\\?\"\s{{0,40}}:\s{{0,40}}\\?\"{_ANY}\\?\"\s{{0,40}},\s{{0,40}}\\?\""
            r"(?:value|val|content)\\?\"\s{0,40}:\s{0,40}\\?\"[^\"\n]{4}"
        ),
        (
            rf"\"(?:name|key|field|header)\\?\"\s{{0,40}}:\s{{0,40}}\\?\"{_NAME}\\?\"\s{{0,40}},\s{{0,40}}\\?\""
            r"(?:value|val|content)\\?\"\s{0,40}:\s{0,40}\\?\"(?P<secret>[^\"\n\\]{4,600})\\?\""
        ),
    ),
)
"""For each form its shortest beginning, which the engine looks for, and all of it."""
# A field of JSON whose name stands behind its value, or apart from it: only the tree tells which value is meant.
_APART = rf"\"(?:name|key|field|header)\"\s{{0,40}}:\s{{0,40}}\"{_ANY}\""
TRIGGERS = (*(f"(?i){trigger}" for trigger, _ in _FORMS), f"(?i){_APART}")
PATTERNS = tuple(f"(?i){pattern}" for _, pattern in _FORMS)
_UNNAMED = "password"
"""What a form without a name holds."""
_SCHEME = re.compile(r"^(?:bearer|basic|token|apikey|key)[ \t]+", re.IGNORECASE)


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


def assignment(match: "re.Match[bytes]") -> Assignment:
    """What a match of one of the patterns assigns; the scheme of an Authorization header is no part of the value."""
    start, end = match.span("secret")
    value = match["secret"].decode("utf-8", errors="replace")
    scheme = _SCHEME.match(value)
    if scheme:
        start += len(scheme[0])
        value = value[scheme.end() :]
    key = match["key"].decode("utf-8", errors="replace").strip("\"'$ ") if "key" in match.re.groupindex else _UNNAMED
    return Assignment(key, value, start, end)
