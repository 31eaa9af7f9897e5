"""The file format of `autoguard.yaml`: what the firm declares, its policy choices and its waivers.

Imported only where such a file exists.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from autoguard.dates import is_day
from autoguard.model import Severity
from autoguard.model.inventory import Criticality


def _day(value: str) -> str:
    if not is_day(value):
        raise ValueError(f"{value} is not a day of the calendar; write it as 2026-11-24")
    return value


Date = Annotated[str, AfterValidator(_day)]


def _id(value: Any) -> Any:
    # A number that is written without quotes is an id as well; a list or nothing is none.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_id), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Strict):
    """Who the firm is."""

    name: str
    country: str = ""
    sector: str = ""
    currency: str = "EUR"
    revenue_band: str = ""
    headcount: int | None = None
    sites: list[dict[str, Any]] = []
    workers_reps: Literal["none", "reps", "works_council", "union"] | None = None
    reviewed: Date | None = None
    approved_by: str = ""


class ScopeExclusion(_Strict):
    """A path that is left out, with the reason."""

    path: str
    reason: str


class Scope(_Strict):
    """What belongs to the audit."""

    include: list[str] = []
    exclude: list[ScopeExclusion] = []
    out_of_scope_note: str = ""


class Person(_Strict):
    """Somebody who answers for automations; an id or role is enough."""

    id: Id
    role_title: str = ""
    active: bool = True
    left_on: Date | None = None


class Role(_Strict):
    """A role in the firm, with the occupation code that exposure tables know."""

    id: Id
    title: str
    isco08: Id | None = None
    soc: Id | None = None
    headcount: int = Field(default=1, ge=0)
    contract_hours: float = Field(default=37.5, gt=0)
    site: str = ""


class Vendor(_Strict):
    """A third party that the firm has a contract with."""

    id: Id
    service: str
    criticality: Criticality = "normal"
    data: list[str] = []
    dpa_signed: bool | Date | None = None
    security_contact: str = ""
    exit: dict[str, Any] = {}


class CredentialEntry(_Strict):
    """A reference to a credential; never its value."""

    ref: Id
    kind: str = ""
    store: Literal["vault", "env", "platform", "file"] | None = None
    owner: str = ""
    used_by: list[str] = []
    rotate_days: int | None = None
    last_rotated: Date | None = None
    scopes: list[str] = []


class Continuity(_Strict):
    """How one automation is kept running, in hours."""

    mtpd_h: float | None = None
    rto_h: float | None = None
    rpo_h: float | None = None
    manual_fallback: str = ""
    fallback_person: str = ""
    fallback_capacity_pct: float | None = None
    runbook: str = ""
    kill_switch: str = ""


class Backup(_Strict):
    """One copy of something."""

    what: Literal["definitions", "data", "credentials_store", "config"]
    method: str = ""
    location: str = ""
    medium: str = ""
    offsite: bool = False
    immutable: bool = False
    encrypted: bool = False
    schedule: str = ""
    latest: str = ""
    verify_log: str = ""


class Kpi(_Strict):
    """What an automation is worth: before, wanted, and measured."""

    baseline: dict[str, float] = {}
    target: dict[str, float] = {}
    actual: dict[str, float] = {}
    measured_on: Date | None = None
    cost_year: float | None = None
    benefit_year: float | None = None


class WorkforceEffect(_Strict):
    """Hours that an automation takes over from a role, and what becomes of the people."""

    role: Id
    hours_saved_week: float | None = Field(default=None, ge=0)
    basis: Literal["measured", "estimated"] | None = None
    task_share: float | None = Field(default=None, ge=0, le=1)
    outcomes: dict[str, int] = {}


class AutomationEntry(_Strict):
    """One automation as the firm describes it."""

    id: Id
    platform: str = ""
    source: str = ""
    name: str = ""
    purpose: str = ""
    phase: Literal["pilot", "expansion", "integration"] | None = None
    phase_exit_criteria: list[str] = []
    phase_review: Date | None = None
    owner: str = ""
    deputy: str = ""
    criticality: Criticality | None = None
    data: list[str] = []
    vendors: list[str] = []
    credentials: list[str] = []
    depends_on: list[str] = []
    encryption: dict[str, str] = {}
    continuity: Continuity = Continuity()
    backups: list[Backup] = []
    restore_tests: list[str] = []
    ai: dict[str, Any] = {}
    kpi: Kpi = Kpi()
    workforce: list[WorkforceEffect] = []
    gdpr: dict[str, Any] = {}


class Incident(_Strict):
    """Whom to call."""

    contact: str = ""
    phone: str = ""
    out_of_hours: str = ""
    insurer: str = ""
    authority: str = ""
    plan: str = ""


class FirmContinuity(_Strict):
    """How the firm as a whole keeps going."""

    key_escrow: list[dict[str, Any]] = []
    incident: Incident = Incident()
    tabletop: list[dict[str, Any]] = []
    git_offsite_max_age_days: int | None = None


class Training(_Strict):
    """One training with its register."""

    date: Date
    topic: str = ""
    register_: str = Field(default="", alias="register")
    attended: int | None = None
    required: int | None = None


class Trainings(_Strict):
    """All trainings by purpose."""

    awareness: list[Training] = []
    role_based: list[Training] = []
    ai_literacy: list[Training] = []


class Retraining(_Strict):
    """What people get whose work changes."""

    hours_per_person: float | None = None
    budget_per_person: float | None = None
    programmes: list[str] = []


class WorkforcePolicy(_Strict):
    """How the firm treats people whose work is automated."""

    document: str = ""
    notice_days: int | None = None
    no_separation_months: int | None = None
    retraining: Retraining = Retraining()
    consultations: list[dict[str, Any]] = []
    fairness_notice: str = ""
    community_statement: str = ""
    gain_sharing: str = ""


class WaiverEntry(_Strict):
    """A risk that is accepted: reason, who answers for it, and until when."""

    check: str
    path: str = ""
    subject: str = ""
    fingerprint: str = ""
    reason: str = Field(min_length=5)
    owner: str = Field(min_length=1)
    until: Date


class PolicyChoices(_Strict):
    """Which policy applies, and the firm's own changes to it."""

    use: str = ""
    fail_on: Severity | Literal["never"] | None = None
    select: list[str] | None = None
    ignore: list[str] | None = None
    limits: dict[str, int | float] | None = None
    severity_overrides: dict[str, Severity] | None = None


class Report(_Strict):
    """What the report says about itself."""

    client: str = ""
    consultant: str = ""
    classification: str = ""
    sign_off: list[dict[str, Any]] = []


class ManifestFile(_Strict):
    """The whole of `autoguard.yaml`."""

    version: Literal[1]
    organisation: Organisation | None = None
    scope: Scope = Scope()
    people: list[Person] = []
    roles: list[Role] = []
    vendors: list[Vendor] = []
    credentials: list[CredentialEntry] = []
    automations: list[AutomationEntry] = []
    continuity: FirmContinuity = FirmContinuity()
    security_attestations: dict[str, Any] = {}
    training: Trainings = Trainings()
    workforce_policy: WorkforcePolicy = WorkforcePolicy()
    risk: dict[str, Any] = {}
    report: Report = Report()
    policy: PolicyChoices = PolicyChoices()
    waivers: list[WaiverEntry] = []
