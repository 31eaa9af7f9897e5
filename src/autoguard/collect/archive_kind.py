"""Which kind of archive a file is, by its first bytes."""

_NOT_EXPANDED = (
    ".jar", ".whl", ".egg", ".apk", ".docx", ".xlsx", ".xlsm", ".pptx", ".odt", ".ods", ".odp", ".epub", ".vsix",
    ".xpi", ".crx", ".svgz", ".npz",
)  # fmt: skip
TAR_MAGIC_AT = 257
"""Where a tar archive's first header has its magic word (POSIX.1-1988, ustar)."""
_COMPRESSED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}


def archive_kind(head: bytes, path: str) -> str:
    """Which archive the first bytes announce: zip, tar, gz, bz2, xz, or "" for none that is expanded."""
    if path.lower().endswith(_NOT_EXPANDED):
        return ""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head[TAR_MAGIC_AT : TAR_MAGIC_AT + 5] == b"ustar":
        return "tar"
    return next((kind for magic, kind in _COMPRESSED.items() if head.startswith(magic)), "")
