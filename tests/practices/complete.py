"""A manifest that uses every key of the format once, each on a line of its own."""

COMPLETE = """\
version: 1
organisation:
  name: Corner Shop
  country: IE
  sector: retail
  currency: EUR
  revenue_band: below 1 million
  headcount: 12
  sites:
    - {id: main}
  workers_reps: reps
  reviewed: 2026-10-05
  approved_by: anna
scope:
  include:
    - exports
  exclude:
    - path: archive
      reason: switched off in 2024
  out_of_scope_note: The tills.
people:
  - id: anna
    role_title: Owner
    active: false
    left_on: 2026-08-31
roles:
  - id: desk
    title: Order desk
    isco08: 4229
    soc: 43-4151
    headcount: 2
    contract_hours: 30
    site: main
vendors:
  - id: ledger
    service: Bookkeeping
    criticality: high
    data:
      - invoices
    dpa_signed: 2024-11-04
    security_contact: the office
    exit: {export: CSV}
credentials:
  - ref: key of the store
    kind: encryption-key
    store: vault
    owner: anna
    used_by:
      - orders
    rotate_days: 365
    last_rotated: 2026-01-09
    scopes:
      - read
automations:
  - id: orders
    platform: n8n
    source: exports/orders.json
    name: Orders
    purpose: Orders become invoices.
    phase: pilot
    phase_exit_criteria:
      - a hundred orders
    phase_review: 2026-12-15
    owner: anna
    deputy: ben
    criticality: critical
    data:
      - customers
    vendors:
      - ledger
    credentials:
      - key of the store
    depends_on:
      - mails
    encryption: {store: AES-256}
    continuity:
      mtpd_h: 24
      rto_h: 4
      rpo_h: 12
      manual_fallback: docs/by-hand.md
      fallback_person: ben
      fallback_capacity_pct: 70
      runbook: docs/runbook.md
      kill_switch: Switch it off.
    backups:
      - what: definitions
        method: restic
        location: another provider
        medium: disk
        offsite: true
        immutable: true
        encrypted: true
        schedule: daily
        latest: 2026-11-20
        verify_log: logs/restic.log
    restore_tests:
      - evidence/restore.json
    ai: {model: small}
    kpi:
      baseline: {hours: 10}
      target: {hours: 2}
      actual: {hours: 3}
      measured_on: 2026-09-30
      cost_year: 900
      benefit_year: 9000
    workforce:
      - role: desk
        hours_saved_week: 8
        basis: measured
        task_share: 0.4
        outcomes: {retrained: 1}
    gdpr: {basis: contract}
continuity:
  key_escrow:
    - {key: store}
  incident:
    contact: anna
    phone: extension 9
    out_of_hours: ben
    insurer: a mutual
    authority: the regulator
    plan: docs/plan.md
  tabletop:
    - {date: 2026-02-01}
  git_offsite_max_age_days: 7
security_attestations: {mfa: everywhere}
training:
  awareness:
    - date: 2026-03-01
      topic: Phishing
      register: docs/register.md
      attended: 10
      required: 12
  role_based:
    - date: 2026-03-02
      topic: Keys
      register: docs/register.md
      attended: 2
      required: 2
  ai_literacy:
    - date: 2026-03-03
      topic: Agents
      register: docs/register.md
      attended: 3
      required: 4
workforce_policy:
  document: docs/policy.md
  notice_days: 60
  no_separation_months: 12
  retraining:
    hours_per_person: 20
    budget_per_person: 500
    programmes:
      - bookkeeping
  consultations:
    - {date: 2026-01-01}
  fairness_notice: docs/fair.md
  community_statement: none yet
  gain_sharing: a tenth
risk: {appetite: low}
report:
  client: Corner Shop
  consultant: an auditor
  classification: internal
  sign_off:
    - {by: anna}
policy:
  use: default
  fail_on: high
  select:
    - access
  ignore:
    - no-kpi
  limits: {training_days: 400}
  severity_overrides: {no-kpi: low}
waivers:
  - check: no-kpi
    path: exports/orders.json
    subject: Orders
    fingerprint: 0123456789abcdef
    reason: nothing to measure yet
    owner: anna
    until: 2027-01-31
"""
