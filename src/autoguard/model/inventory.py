"""What exists: documents, automations, integrations, credentials, practices and what could not be read.

Every type is frozen and holds no I/O. Words that name a fact are `Literal` types, so that the type checker, the
expressions of the checks and the JSON contract agree on one spelling.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Known = Literal["yes", "no", "unknown"]
TriggerKind = Literal["webhook", "schedule", "event", "form", "chat", "manual", "call"]
TriggerAuth = Literal["none", "shared-secret", "signature", "platform", "unknown"]
StepKind = Literal[
    "http", "code", "shell", "database", "file", "message", "payment", "ai", "agent", "tool", "transform", "branch",
    "loop", "wait", "approval", "verify", "call", "other",
]  # fmt: skip
OnError = Literal["stop", "continue", "route", "unknown"]
EdgeKind = Literal["main", "error", "attached", "part"]
Storage = Literal["inline", "reference", "env", "vault", "encrypted-store", "unknown"]
CredentialRole = Literal["secret", "encryption-key", "store", "certificate"]
Confidence = Literal["verified", "likely", "possible"]
Liveness = Literal["live", "revoked", "unknown"]
Criticality = Literal["critical", "high", "normal", "low"]
InputPlace = Literal["command", "code", "query", "url", "path", "prompt", "html", "workspace", "value"]
GapKind = Literal["unreadable", "not-followed", "unsupported", "template"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a source: path relative to its root, line and column from 1 (None: the whole file), git commit."""

    path: str
    line: int | None = None
    column: int | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one file, archive member or git blob. `path` is how it is shown and identified.

    A member of an archive is written `archive.zip!/folder/member.json`.
    """

    path: str
    data: bytes = field(repr=False, metadata={"hidden": True})
    origin: Literal["file", "archive", "git"] = "file"
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that should have been read and was not. `reason` says why and what to do, without any content."""

    path: str
    reason: str
    kind: GapKind = "unreadable"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a step connects to. `dynamic`: the host is computed at run time and therefore not known here."""

    scheme: str = ""
    host: str = ""
    port: int | None = None
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """Third-party code a step runs: a CI action, a community node, a container image.

    `pinned` is `yes` only where the version names one immutable content (a commit hash, an image digest).
    """

    name: str
    version: str = ""
    pinned: Known = "unknown"
    publisher: Literal["platform", "first-party", "third-party", "unknown"] = "unknown"


@dataclass(frozen=True, slots=True)
class Input:
    """A value that a step takes from elsewhere at run time, as its expression names it.

    `source` is the id of the step or trigger it comes from ("" where only the text is known); `into` is the kind of
    place it lands in, `workspace` for code that is fetched to be worked on; `untrusted` says that outsiders choose the
    value, where the platform's grammar alone decides it (a GitHub issue title), otherwise the graph does.
    """

    text: str
    source: str = ""
    into: InputPlace = "value"
    untrusted: Known = "unknown"


@dataclass(frozen=True, slots=True)
class Call:
    """A step that starts another automation. `target` is how the platform addresses it.

    `how` says what the address is: an automation's native id, its name, a file, a URL (of which only a digest of the
    path is kept), or a named channel. A dynamic call is computed at run time and cannot be followed.
    """

    how: Literal["id", "name", "file", "url", "channel"]
    target: str = ""
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts an automation.

    `untrusted`: outsiders can choose the data it carries. `event` is the platform's own word, `schedule` a cron
    expression or the platform's text, `address` what a caller uses: a hook id, a channel name, a digest of a path.
    `exposed`: it can be reached from outside the platform.
    """

    id: str
    kind: TriggerKind
    name: str = ""
    auth: TriggerAuth = "unknown"
    untrusted: Known = "unknown"
    exposed: Known = "unknown"
    event: str = ""
    schedule: str = ""
    address: str = ""
    credentials: tuple[str, ...] = ()
    enabled: Known = "yes"
    location: Location = Location("")


@dataclass(frozen=True, slots=True)
class Step:
    """One unit of work inside an automation, in neutral words.

    `service` is the vendor or system ("" where none), `operation` the platform's own word. `reads` and `writes` speak
    of data outside the automation. `retries` counts further attempts after a failure. `tls_verified` is `no` only where
    certificate checks are switched off. Steps that are switched off are kept, with `enabled` "no".
    """

    id: str
    kind: StepKind
    name: str = ""
    service: str = ""
    operation: str = ""
    reads: Known = "unknown"
    writes: Known = "unknown"
    endpoints: tuple[Endpoint, ...] = ()
    credentials: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    calls: tuple[Call, ...] = ()
    component: Component | None = None
    on_error: OnError = "unknown"
    retries: int | None = None
    tls_verified: Known = "unknown"
    enabled: Known = "yes"
    location: Location = Location("")


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection from one trigger or step to another, by id.

    `attached`: a tool that an agent may use; `part`: what belongs to an agent or tool, such as its model and memory.
    """

    source: str
    target: str
    kind: EdgeKind = "main"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Personal data kept inside an export. `kinds` are classes such as email or iban; the data itself is never held."""

    holder: str
    kinds: tuple[str, ...]
    count: int
    location: Location


@dataclass(frozen=True, slots=True)
class Automation:
    """One unit of automated work.

    `identity` is stable between scans and shared by copies; `id` is unique within an inventory. `error_route`: a
    failure anywhere in it reaches a handler; `error_target` names the handler where it is another automation.
    `owners` are hints from the export or the repository; `owner` is who answers for it, declared or hinted at.
    `criticality` is declared, `normal` otherwise.
    """

    id: str
    identity: str
    platform: str
    name: str
    location: Location
    enabled: Known = "unknown"
    triggers: tuple[Trigger, ...] = ()
    steps: tuple[Step, ...] = ()
    edges: tuple[Edge, ...] = ()
    error_route: Known = "unknown"
    error_target: Call | None = None
    owners: tuple[str, ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    description: str = ""
    native_id: str = ""
    folder: str = ""
    owner: str = ""
    criticality: Criticality = "normal"
    declared: "Declared | None" = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What the manifest says of one automation; None or empty where it does not say."""

    id: str
    owner: str = ""
    deputy: str = ""
    criticality: Criticality | None = None
    purpose: str = ""
    phase: str = ""
    data: tuple[str, ...] = ()
    manual_fallback: str = ""
    fallback_person: str = ""
    runbook: str = ""
    missing_documents: tuple[str, ...] = ()
    rto_hours: float | None = None
    rpo_hours: float | None = None
    backups: tuple[str, ...] = ()
    restore_test_age_days: int | None = None
    kpi_baseline: bool = False
    kpi_target: bool = False
    kpi_actual: bool = False
    hours_saved_week: float | None = None
    cost_year: float | None = None
    benefit_year: float | None = None
    location: Location = Location("")


@dataclass(frozen=True, slots=True)
class Integration:
    """A third party that automations talk to, merged over platforms by vendor or host."""

    id: str
    service: str
    hosts: tuple[str, ...] = ()
    direction: Literal["in", "out", "both"] = "out"
    data: tuple[str, ...] = ()
    automations: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret or a reference to one. The value is never part of the model.

    `label` (S1, S2 ...) names a found value within one run. `digest` is keyed with a random key of this run and
    finds the same value twice; it is never written out. `fingerprint` is keyed with the user's own key, where given.
    `role` tells a secret of its own from a store of many, from the key that such a store is encrypted with, and from a
    certificate, which is public and expires.
    `liveness` is what its vendor answered when it was asked: that it works, or that it does not.
    `holder` is the field, store or connection that holds it; `entries` counts what a credential store contains.
    """

    id: str
    kind: str
    storage: Storage
    role: CredentialRole = "secret"
    name: str = ""
    holder: str = ""
    platform: str = ""
    service: str = ""
    owner: str = ""
    scopes: tuple[str, ...] = ()
    label: str = ""
    digest: str = field(default="", repr=False, metadata={"hidden": True})
    fingerprint: str = ""
    confidence: Confidence = "likely"
    liveness: Liveness = "unknown"
    expires: str = ""
    entries: int = 0
    locations: tuple[Location, ...] = ()
    automations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Practice:
    """What the organisation does around its automations, with its evidence.

    `strength`: 1 said, 2 a dated document, 3 a machine artefact that was parsed, 4 verified by us. `scope` is an
    automation's declared id or "organisation". `date` is ISO 8601. `details` are plain facts for checks and reports.
    """

    kind: str
    scope: str
    present: Known
    strength: Literal[1, 2, 3, 4] = 1
    date: str = ""
    details: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that was scanned. `prefix` turns a location's path into one relative to the working folder."""

    label: str
    prefix: str = ""
    kind: Literal["folder", "file", "archive", "inventory"] = "folder"


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts of what was looked at: files, bytes, and what was passed over with the reason (binary, empty, ...)."""

    files: int = 0
    bytes: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that was found, linked over platforms, and everything that could not be read."""

    automations: tuple[Automation, ...] = ()
    integrations: tuple[Integration, ...] = ()
    credentials: tuple[Credential, ...] = ()
    practices: tuple[Practice, ...] = ()
    gaps: tuple[Gap, ...] = ()
    sources: tuple[Source, ...] = ()
    reading: Reading = Reading()
