"""The errors that are spoken about: what the user did wrong, and what could not be read."""


class UsageError(Exception):
    """Wrong usage or configuration. Its text names the place and what to do; the command ends with exit code 2."""


class UnreadableError(Exception):
    """A source that cannot be read as what it is. Its text is the reason of a gap and never holds content."""


class UnsupportedError(UnreadableError):
    """A source that is well as it is and that nobody here reads, such as a template of another language."""
