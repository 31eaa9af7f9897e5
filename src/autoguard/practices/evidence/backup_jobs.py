"""Backup jobs among the automations themselves: a scheduled job that runs a backup tool is better than a promise."""

from collections.abc import Iterable, Sequence

from autoguard.model import Automation, Practice
from autoguard.practices import EvidenceReader

TOOLS: dict[str, tuple[str, ...]] = {
    "restic": ("backup",), "borg": ("create",), "borgmatic": ("", "create"), "kopia": ("snapshot create",),
    "duplicity": ("", "full", "incremental", "backup"), "duplicati": ("backup",), "duplicati-cli": ("backup",),
    "rclone": ("sync", "copy", "move"), "pgbackrest": ("backup",),
    "velero": ("backup create", "create backup", "schedule create", "create schedule"),
    "wal-g": ("backup-push", "wal-push"), "litestream": ("replicate",), "autorestic": ("backup",),
    "resticprofile": ("backup",), "rsnapshot": (), "pg_dump": (), "pg_dumpall": (), "pg_basebackup": (),
    "mysqldump": (), "mariadb-dump": (), "mongodump": (),
    "n8n": ("export:workflow", "export:credentials", "export:entities"),
}  # fmt: skip
"""Programs as readers of schedulers name them, and which of their commands make a copy; none named means all do.

Commands: the programs' own manuals, read 2026-11-24. `restic check` or `borg list` prove nothing.
"""


_OTHER_COMMANDS = {"rsnapshot": ("configtest", "diff", "du")}
"""Where a command is a name that its user chose: the commands that make no copy."""


def derive(automations: Sequence[Automation]) -> Iterable[Practice]:
    """One practice for each job that is not switched off, starts by itself and runs a backup tool."""
    for automation in automations:
        scheduled = any(trigger.kind == "schedule" and trigger.enabled != "no" for trigger in automation.triggers)
        if automation.enabled == "no" or not scheduled:
            continue
        steps = [step for step in automation.steps if _is_backup(step.service, step.operation)]
        if steps:
            # A script that is only called `restic-backup.sh` says what somebody meant it to do.
            seen = any(step.name.split(" ")[0] == step.service for step in steps)
            yield Practice(
                kind="backup",
                scope="organisation",
                present="yes" if seen else "unknown",
                strength=3 if seen else 1,
                details={"job": automation.name, "tool": steps[0].service},
                locations=tuple(step.location for step in steps),
            )


def _is_backup(service: str, operation: str) -> bool:
    commands = TOOLS.get(service)
    if commands is None or operation in _OTHER_COMMANDS.get(service, ()):
        return False
    return not commands or operation in commands


EVIDENCE = EvidenceReader(name="backup-jobs", derive=derive)
