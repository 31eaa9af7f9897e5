"""Whether some bytes are a document that readers should see."""

from autoguard.collect import Limits, Skipped
from autoguard.model import Document, Gap
from autoguard.syntax.text import is_binary

_MEANT_TO_BE_READ = (
    ".json", ".yml", ".yaml", ".xml", ".xaml", ".toml", ".ini", ".cfg", ".conf", ".env", ".properties", ".js", ".ts",
    ".py", ".sh", ".ps1", ".robot", ".service", ".timer", ".cron", ".csv", ".tf", ".ds", ".gs", ".pem", ".md", ".txt",
)  # fmt: skip
_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_STRUCTURED = (".json", ".yml", ".yaml", ".xml", ".xaml", ".zip", ".timer", ".service", ".pem", ".toml")


def classify(path: str, head: bytes, rest: bytes, limits: Limits, origin: str = "file") -> Document | Gap | Skipped:
    """A document from the two parts of a file's bytes, or why it is none."""
    name = path.lower()
    if _is_blank(head) and _is_blank(rest):
        return Gap(path, "is empty") if name.endswith(_STRUCTURED) else Skipped(path, "empty")
    if name.endswith(_ARCHIVES):
        return Gap(path, "is no archive, although its name promises one")
    if is_binary(head):
        if name.endswith(_MEANT_TO_BE_READ):
            return Gap(path, "is binary, although its name promises text")
        return Skipped(path, "binary")
    if len(head) + len(rest) > limits.file_bytes:
        return Gap(path, f"is larger than {limits.file_bytes // 1_000_000} MB and was not read")
    return Document(path, head + rest, "archive" if origin == "archive" else "file")


def _is_blank(data: bytes) -> bool:
    return not data.strip() or data in _MARKS
