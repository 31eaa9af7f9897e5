"""The command line: parse, wire, exit. One module a command; no logic, and no heavy import before it is needed."""

import errno
import os
import sys
from typing import Any, NoReturn

FOUND, ERROR, INCOMPLETE, STOPPED = 1, 2, 3, 130
"""Exit codes: something open at or above the threshold; usage, configuration or internal error; could not read all."""


_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


def main() -> NoReturn:
    """Run the command; whatever goes wrong ends in exit code 2 and one clear line, never in a traceback."""
    from autoguard.cli.app import app  # noqa: PLC0415 - `--version` and errors should not wait for it
    from autoguard.errors import UsageError  # noqa: PLC0415 - as above

    try:
        returned: Any = app(standalone_mode=False)
        code = returned if isinstance(returned, int) else 0
    except UsageError as error:
        code = _complain(str(error))
    except KeyboardInterrupt:
        _complain("stopped")
        code = STOPPED
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        code = _complain(f"cannot write: {error.strerror}") if error.errno in _DISK else _unexpected(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence; a traceback could show what was scanned
        code = _unexpected(error)
    sys.exit(code)


def _unexpected(error: Exception) -> int:
    message = getattr(error, "format_message", None)
    if message is not None:
        context = getattr(error, "ctx", None)
        hint = f"\ntry: {context.command_path} --help" if context is not None else ""
        return _complain(f"{message()}{hint}")
    if isinstance(getattr(error, "exit_code", None), int):
        return int(error.exit_code)  # type: ignore[attr-defined]  # an Exit that typer lets through
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else ""  # noqa: PTH119 - a name is enough
    return _complain(f"internal error ({type(error).__name__}{where}); this is a defect in autoguard, please report it")


def _complain(text: str) -> int:
    from autoguard.printable import printable  # noqa: PLC0415 - only needed for a mistake

    sys.stderr.write(printable(f"autoguard: {text}\n"))
    return ERROR
