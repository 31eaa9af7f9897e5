"""Backup jobs among the automations themselves: a scheduled job that runs a backup tool is better than a promise."""

from collections.abc import Iterable, Sequence

from autoguard.model import Automation, Practice
from autoguard.practices import EvidenceReader

TOOLS = frozenset(
    {"restic", "borg", "borgmatic", "duplicity", "duplicati", "kopia", "rclone", "velero", "pgbackrest", "wal-g",
     "litestream", "pg_dump", "pg_dumpall", "mysqldump", "mongodump", "rsnapshot", "autorestic", "resticprofile"}
)  # fmt: skip
"""Services, as readers of schedulers name them, whose purpose is a backup."""
_EXPORTS = frozenset({"export:workflow", "export:credentials", "export:entities"})


def derive(automations: Sequence[Automation]) -> Iterable[Practice]:
    """One practice for each job that is not switched off, starts by itself and runs a backup tool."""
    for automation in automations:
        scheduled = any(trigger.kind == "schedule" and trigger.enabled != "no" for trigger in automation.triggers)
        if automation.enabled == "no" or not scheduled:
            continue
        steps = [step for step in automation.steps if _is_backup(step.service, step.operation)]
        if steps:
            yield Practice(
                kind="backup",
                scope="organisation",
                present="yes",
                strength=3,
                details={"job": automation.name, "tool": steps[0].service},
                locations=tuple(step.location for step in steps),
            )


def _is_backup(service: str, operation: str) -> bool:
    return service in TOOLS or (service == "n8n" and operation in _EXPORTS)


EVIDENCE = EvidenceReader(name="backup-jobs", derive=derive)
