"""What a command line connects to: hosts, unchecked certificates, and programs that it downloads and runs.

Options that switch checks off: curl.se/docs/manpage.html, wget(1), ssh_config(5), git-config(1), psql(1), the AWS and
kubectl references, Node.js CLI documentation, docs.python-requests.org; read 2026-11-24.
"""

import re
from collections.abc import Iterator

from autoguard.model import Call, Component, Endpoint, Known
from autoguard.platforms._endpoints import endpoint, endpoints_in
from autoguard.platforms._shell.programs import CURL_VALUES, SHELLS
from autoguard.platforms._shell.runs import Run, base_name, option, ssh_host
from autoguard.platforms._webhooks import calls_to

_FETCHERS = frozenset({"curl", "wget", "aria2c", "fetch", "http", "https", "xh"})
_REMOTE_FILE = re.compile(r"^(?:[\w.+-]{1,64}@)?(?P<host>[A-Za-z0-9_.-]{2,253}):(?!//|\\)")
_SFTP = re.compile(r"^sftp:(?://)?(?:[\w.+-]{1,64}@)?(?P<host>[A-Za-z0-9_.-]{2,253})")
_FILE_PROGRAMS = frozenset({"scp", "rsync", "git", "borg", "sftp", "rsync-ssl", "rdiff-backup", "unison"})
_DATABASES = {
    **dict.fromkeys(("psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_basebackup", "vacuumdb"), "postgresql"),
    **dict.fromkeys(("mysql", "mysqldump", "mariadb", "mariadb-dump", "mydumper", "mysqlimport"), "mysql"),
    **dict.fromkeys(("mongodump", "mongorestore", "mongosh", "mongoexport"), "mongodb"),
    **dict.fromkeys(("redis-cli",), "redis"),
}
_UNCHECKED_HOST_KEY = re.compile(
    r"StrictHostKeyChecking[= ](?:no|off)\b|UserKnownHostsFile[= ]/dev/null", re.IGNORECASE
)
_UNCHECKED_WORDS = frozenset(
    {"--insecure", "--proxy-insecure", "--no-check-certificate", "--no-verify-ssl", "--insecure-skip-tls-verify",
     "--insecure-skip-tls-verify=true", "--tls-skip-verify", "--insecure-tls", "--tlsverify=false", "--verify=no",
     "--tls-verify=false", "--trusted-host", "--skip-ssl", "--ssl-mode=DISABLED", "--no-check-certificates",
     "--skip-tls-verify", "--check-certificate=false", "--disable-ssl-verification", "--no-ssl-verify",
     "--skip-ssl-verification"}
)  # fmt: skip
_UNCHECKED_SETTING = re.compile(
    r"http(?:\.\S{1,100})?\.sslverify[= ](?:false|0)\b|sslmode=disable|ssl:verify-certificate[= ](?:no|false)|"
    r"strict-ssl[= ](?:false)\b",
    re.IGNORECASE,
)
_UNCHECKED_VARIABLES = {
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",), "PYTHONHTTPSVERIFY": ("0",), "GIT_SSL_NO_VERIFY": ("1", "true", "yes"),
    "AZURE_CLI_DISABLE_CONNECTION_VERIFICATION": ("1", "true"), "PGSSLMODE": ("disable",), "CURL_INSECURE": ("1",),
    "NPM_CONFIG_STRICT_SSL": ("false",), "HTTPLIB2_DISABLE_SSL": ("1",), "VAULT_SKIP_VERIFY": ("1", "true"),
    "ANSIBLE_HOST_KEY_CHECKING": ("0", "false", "no"), "RCLONE_NO_CHECK_CERTIFICATE": ("1", "true"),
}  # fmt: skip
_CHECKED = frozenset({"sha256sum", "sha512sum", "sha1sum", "shasum", "gpg", "gpgv", "cosign", "minisign", "openssl"})
_RUNNERS = frozenset({"python", "python2", "python3", "perl", "ruby", "node", "nodejs", "php", "deno", "bun"})
_SOURCES = frozenset({"source", ".", "eval"})
_COMMIT = re.compile(r"/[0-9a-f]{40}/")
_POWERSHELL = re.compile(
    r"(?:\biex\b|Invoke-Expression).{0,200}(?:\biwr\b|\birm\b|DownloadString|Invoke-WebRequest|Invoke-RestMethod)|"
    r"(?:\biwr\b|\birm\b|DownloadString|Invoke-WebRequest|Invoke-RestMethod).{0,300}\|\s*(?:iex\b|Invoke-Expression)",
    re.IGNORECASE,
)


def endpoints(found: list[Run]) -> tuple[Endpoint, ...]:
    """The hosts that the programs connect to, in order, without repetition."""
    result: dict[Endpoint, None] = {}
    for run in found:
        for one in _endpoints(run):
            result.setdefault(one)
    return tuple(result)[:20]


def called(found: list[Run]) -> tuple[Call, ...]:
    """The webhooks that are called by their fixed address."""
    words = (word for run in found if run.program in _FETCHERS for word in run.arguments if "://" in word)
    return tuple(dict.fromkeys(call for word in words for call in calls_to(word)))[:20]


def insecure_variable(name: str, value: str) -> bool:
    """Whether an environment variable switches off certificate or host-key checks of programs that read it."""
    if _UNCHECKED_HOST_KEY.search(value) and "SSH" in name.upper():
        return True
    return value.strip().lower() in _UNCHECKED_VARIABLES.get(name.upper(), ())


def unchecked(run: Run) -> bool:
    """Whether a program is told not to check whom it talks to."""
    for assignment in run.assignments:
        name, _, value = assignment.partition("=")
        if insecure_variable(name.rstrip("+"), value):
            return True
    if run.program == "export":
        return any(insecure_variable(*word.partition("=")[::2]) for word in run.arguments)
    if not run.telling:
        return False
    words = " ".join(run.arguments)
    if _UNCHECKED_HOST_KEY.search(words) or _UNCHECKED_SETTING.search(words):
        return True
    if any(word in _UNCHECKED_WORDS for word in run.arguments):
        return True
    return run.program == "curl" and any(_has_flag(word, "k") for word in run.arguments)


def downloaded_code(found: list[Run]) -> Component | None:
    """Code that the command line fetches and runs without having checked it; its name is the host it comes from."""
    saved: dict[str, Run] = {}
    fetch: Run | None = None
    substituted: Run | None = None
    for run in found:
        link = run.command.link
        if run.program in _CHECKED and {"-c", "--check", "--verify", "verify", "dgst"} & set(run.arguments):
            saved.clear()
        if fetch is not None and link == "|" and _reads_program(run):
            return _component(fetch)
        if substituted is not None and _takes_program(run):
            return _component(substituted)
        name = run.script if run.program in (*SHELLS, *_RUNNERS) else run.program
        if run.program in _SOURCES and run.arguments:
            name = base_name(run.arguments[0])
        if name in saved:
            return _component(saved[name])
        if run.program in _FETCHERS:
            fetch, substituted = run, run if link == "$(" else substituted
            saved.update(dict.fromkeys(_saved_as(run), run))
        elif link != "|":
            fetch = None
            substituted = substituted if link == "$(" else None
    return None


def downloaded_by_powershell(text: str) -> Component | None:
    """The same for a PowerShell script (`iwr ... | iex`)."""
    match = _POWERSHELL.search(text)
    if match is None:
        return None
    hosts = [one.host for one in endpoints_in(text[max(0, match.start() - 200) : match.end() + 200]) if one.host]
    return Component(hosts[0] if hosts else "download", pinned="no", publisher="third-party")


def _endpoints(run: Run) -> Iterator[Endpoint]:
    for assignment in run.assignments:
        yield from endpoints_in(assignment)
    if not run.telling:
        return
    literal = endpoints_in(" ".join(run.arguments))
    yield from literal
    if run.program in _FETCHERS:
        if not literal:
            yield _bare_host(run) or Endpoint(dynamic=True)
    elif run.program == "ssh":
        yield _ssh(ssh_host(run))
    elif run.program in _DATABASES:
        host = option(run, "-h", "--host")
        if host:
            yield Endpoint(_DATABASES[run.program], "" if "$" in host else host.lower(), dynamic="$" in host)
    else:
        for word in run.arguments:
            match = _SFTP.match(word) or (_REMOTE_FILE.match(word) if run.program in _FILE_PROGRAMS else None)
            if match is not None:
                yield Endpoint("ssh", match["host"].lower())


def _ssh(destination: str) -> Endpoint:
    host = destination.rpartition("@")[2].removeprefix("ssh://").partition(":")[0].partition("/")[0]
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,253}", host):
        return Endpoint("ssh", dynamic=True)
    return Endpoint("ssh", host.lower())


def _bare_host(run: Run) -> Endpoint | None:
    # `curl example.com/x` goes to http://example.com/x.
    for word in run.arguments:
        if not word.startswith("-") and "." in word.partition("/")[0] and "/" in word:
            found = endpoint(word)
            return found if found is not None and found.host else None
    return None


def _has_flag(word: str, flag: str) -> bool:
    # `-sSkL` is four flags; an option that takes a value ends such a group.
    if not word.startswith("-") or word.startswith("--"):
        return False
    for letter in word[1:]:
        if letter == flag:
            return True
        if letter in CURL_VALUES:
            return False
    return False


def _reads_program(run: Run) -> bool:
    if run.program in SHELLS:
        operands = [word for word in run.arguments if not word.startswith("-")]
        return "-s" in run.arguments or not operands or operands[0] in ("/dev/stdin", "$TEMPLATE")
    return run.program in _RUNNERS and all(word == "-" for word in run.arguments)


def _takes_program(run: Run) -> bool:
    takes = run.program in SHELLS or run.program in _SOURCES or run.program in _RUNNERS
    return takes and any("$()" in word or "<()" in word for word in run.arguments)


def _saved_as(run: Run) -> Iterator[str]:
    named = option(run, "-o", "--output", "--output-document") if run.program == "curl" else ""
    if run.program == "wget":
        named = option(run, "-O", "--output-document")
    targets = [named, *(target for operator, target in run.command.redirects if operator in (">", ">>"))]
    whole = (run.program == "wget" and not named) or any(
        _has_flag(word, "O") or word == "--remote-name" for word in run.arguments if run.program == "curl"
    )
    if whole:
        targets.extend(word.partition("?")[0] for word in run.arguments if "://" in word)
    for target in targets:
        name = base_name(target)
        if name:
            yield name


def _component(run: Run) -> Component:
    text = " ".join(run.arguments)
    hosts = [one.host for one in endpoints_in(text) if one.host]
    pinned: Known = "yes" if _COMMIT.search(text) else "no"
    return Component(hosts[0] if hosts else "download", pinned=pinned, publisher="third-party")
