"""Whether an operation reads or writes outside data, from the words that vendors name their operations with.

All platforms name operations with a few verbs (`getAll`, `addRow`, `Send_an_email_(V2)`): of the 3,746 operations of
n8n's own nodes (2.41) 95 % begin or end with one of them. A word that is not known stays unknown.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from autoguard.model import Known

_WRITES = frozenset(
    {
        "accept", "add", "answer", "append", "apply", "approve", "archive", "assign", "assignment", "attach",
        "batch", "block", "book", "cancel", "charge", "clear", "clone", "close", "complete", "convert", "copy",
        "create", "deactivate", "delete", "disable", "dispatch", "dump", "edit", "enable", "execute", "forward",
        "import", "insert", "install", "invite", "invoke", "join", "kick", "leave", "like", "lock", "log",
        "make", "mark", "merge", "message", "mkdir", "move", "patch", "pause", "pay", "payout", "permanent",
        "post", "publish", "purge", "push", "put", "reactivate", "redirect", "refund", "register", "reinvite",
        "reject", "remove", "rename", "renew", "reopen", "reply", "report", "reset", "restart", "restore",
        "resume", "retry", "retweet", "revoke", "rm", "run", "save", "schedule", "send", "set", "share", "sms",
        "start", "stop", "submit", "subscribe", "subscriber", "sync", "tag", "terminate", "track", "transfer",
        "trigger", "truncate", "unarchive", "unassign", "undo", "unpublish", "unsubscribe", "update", "updated",
        "upload", "upsert", "void", "write",
    }
)  # fmt: skip
_READS = frozenset(
    {
        "aggregate", "analyze", "availability", "balance", "check", "classify", "complete", "count", "describe",
        "detect", "download", "enrich", "exists", "export", "extract", "fetch", "find", "get", "history",
        "info", "inspect", "list", "load", "lookup", "me", "metadata", "parse", "peek", "poll", "query", "read",
        "replies", "report", "retrieve", "scrape", "search", "select", "show", "status", "summarize",
        "transcribe", "translate", "validate", "view", "watch",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SQL_READ = frozenset({"select", "show", "describe", "explain", "values"})
_SQL_WRITE = frozenset(
    {"insert", "update", "delete", "merge", "replace", "create", "alter", "drop", "truncate", "call", "exec", "grant",
     "copy", "upsert"}
)  # fmt: skip


class Effect(NamedTuple):
    """Whether something reads and writes data outside the automation."""

    reads: Known
    writes: Known


UNKNOWN = Effect("unknown", "unknown")
READS = Effect("yes", "no")
WRITES = Effect("no", "yes")
NEITHER = Effect("no", "no")
BOTH = Effect("yes", "yes")


@lru_cache(maxsize=4096)
def effect(operation: str) -> Effect:
    """What an operation of that name does, by its first telling word, else its last."""
    words = [word.lower() for word in _WORD.findall(operation)]
    if ("and" in words or "or" in words) and any(word in _WRITES for word in words):
        return BOTH if any(word in _READS for word in words) else WRITES
    for word in (*words[:2], *reversed(words[2:])):
        if word in _WRITES and word in _READS:
            continue
        if word in _WRITES:
            return WRITES
        if word in _READS:
            return READS
    return UNKNOWN


def http_effect(method: str) -> Effect:
    """What a request with that HTTP method does (RFC 9110, section 9.2.1); a computed method is unknown."""
    method = method.strip().upper()
    if method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        return READS
    if method in ("POST", "PUT", "PATCH", "DELETE"):
        return WRITES
    return UNKNOWN


def sql_effect(statement: str) -> Effect:
    """What an SQL statement does, by its first keyword; a statement that is computed as a whole is unknown."""
    words = re.findall(r"[A-Za-z]+", re.sub(r"--[^\n]*|/\*.*?\*/", " ", statement, flags=re.DOTALL))
    lowered = [word.lower() for word in words]
    if not lowered:
        return UNKNOWN
    if lowered[0] == "with":
        return WRITES if _SQL_WRITE & set(lowered) else READS
    if lowered[0] in _SQL_READ:
        return READS
    return WRITES if lowered[0] in _SQL_WRITE else UNKNOWN
