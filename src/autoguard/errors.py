"""The errors that are spoken about: what the user did wrong, and what could not be read."""


class UsageError(Exception):
    """Wrong usage or configuration. Its text names the place and what to do; the command ends with exit code 2."""


class UnreadableError(Exception):
    """A source that cannot be read as what it is. Its text is the reason of a gap and never holds content."""


class TemplateError(UnreadableError):
    """A source that is a template of another language: well as it is, and no automation before it is filled in."""
