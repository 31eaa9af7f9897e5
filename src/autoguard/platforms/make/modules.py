"""What Make's apps and modules are in neutral words.

Names of apps, modules and error directives: apps.make.com, help.make.com ("Error handlers", "If-else and merge") and
the blueprints of integromat/make-skills (read 2026-11-24).
"""

import re
from typing import Any

from autoguard.model import Known, StepKind
from autoguard.platforms._operations import (
    NEITHER,
    READS,
    UNKNOWN,
    WRITES,
    Effect,
    effect,
    http_effect,
    sql_effect,
)
from autoguard.platforms._values import mapping, string, text

_OWN: dict[str, StepKind] = {
    "basicrouter": "branch", "basicifelse": "branch", "basicmerge": "branch", "basicfeeder": "loop",
    "basicrepeater": "loop", "iterator": "loop", "repeater": "loop", "basicaggregator": "transform",
    "basicsleep": "wait", "sleep": "wait", "functionsleep": "wait",
}  # fmt: skip
"""Modules of the apps that are part of Make itself, in lower case; their other modules transform."""
_OWN_APPS = frozenset(
    {"builtin", "util", "json", "xml", "csv", "regexp", "text", "math", "transformer", "archive", "encryptor", "image",
     "converter", "phonenumber", "tools", "flow-control", "placeholder", "markdown", "html-to-text"}
)  # fmt: skip
DIRECTIVES = frozenset({"ignore", "resume", "commit", "rollback", "break"})

_APPS: dict[str, StepKind] = {
    **dict.fromkeys(
        ("google-sheets", "airtable", "datastore", "mysql", "postgres", "mssql", "mongodb", "redis", "supabase",
         "snowflake", "google-bigquery", "google-cloud-firestore", "microsoft-excel", "notion", "baserow", "nocodb",
         "smartsheet", "fauna", "xano", "pinecone", "qdrant", "elasticsearch", "oracle", "google-bigquery2"),
        "database",
    ),
    **dict.fromkeys(
        ("google-drive", "dropbox", "box", "onedrive", "microsoft-onedrive", "sharepoint", "ftp",
         "microsoft-sharepoint-online", "sftp", "aws-s3", "google-cloud-storage", "azure-blob-storage", "nextcloud",
         "cloudconvert"),
        "file",
    ),
    **dict.fromkeys(
        ("email", "google-email", "gmail", "microsoft-email", "slack", "telegram", "discord", "whatsapp-business-cloud",
         "microsoft-teams", "twilio", "sendgrid", "mailgun", "mailjet", "sendinblue", "brevo", "mandrill", "postmark",
         "vonage", "clicksend", "messagebird", "pushover", "pushbullet", "line", "viber", "facebook-messenger",
         "google-chat", "mattermost", "aws-ses", "aws-sns", "smtp"),
        "message",
    ),
    **dict.fromkeys(("stripe", "paypal", "square", "gocardless", "mollie", "wise", "quickbooks", "xero"), "payment"),
    **dict.fromkeys(
        ("openai-gpt-3", "openai", "openai-dall-e", "anthropic-claude", "gemini-ai", "google-vertex-ai", "mistral-ai",
         "ai-tools", "perplexity-ai", "openrouter", "deepseek-ai", "groq", "cohere", "hugging-face", "xai",
         "azure-openai", "elevenlabs", "stability-ai", "replicate", "google-cloud-text-to-speech", "ollama"),
        "ai",
    ),
    **dict.fromkeys(("make-ai-agents", "ai-agent", "ai-agents", "ai-local-agent"), "agent"),
    **dict.fromkeys(("code", "connected-code", "customjs", "0codekit"), "code"),
    **dict.fromkeys(("mcp", "mcp-client"), "tool"),
    "http": "http", "soap": "http", "graphql": "http", "rss": "http", "ssh": "shell",
    "human-in-the-loop": "approval", "approval": "approval",
}  # fmt: skip
_AI_PREFIXES = ("openai", "anthropic", "gemini", "mistral", "make-ai-")
_MONEY = re.compile(r"charge|refund|payment|payout|invoice|transfer|subscription|capture|bill", re.IGNORECASE)
_ANY_CALL = re.compile(r"ap[iI]Call|universal|MakeRequest$|makeRequest$")
_HTTP_READS = frozenset({"actiongetfile", "actionretrieveheaders", "downloadfile", "getfile", "resolvetargeturl"})
_EFFECTS: dict[str, Effect] = {
    "addrecord": WRITES, "existrecord": READS, "countrecord": READS, "filterrows": READS, "actionreadarticles": READS,
    "webhookrespond": NEITHER, "returndata": NEITHER,
}  # fmt: skip
"""Modules whose names have no telling verb, in lower case."""
_OUTSIDERS = frozenset(
    {"email", "google-email", "gmail", "microsoft-email", "telegram", "whatsapp-business-cloud", "facebook-messenger",
     "facebook-lead-ads", "facebook-pages", "instagram-business", "twitter", "linkedin-lead-gen-forms", "rss",
     "typeform", "jotform", "google-forms", "tally", "cognito-forms", "gravity-forms", "wufoo", "surveymonkey",
     "paperform", "fillout", "microsoft-forms", "elementor", "webflow", "calendly", "acuity-scheduling", "cal-com",
     "eventbrite", "zendesk", "freshdesk", "intercom", "crisp", "tidio", "manychat", "twilio", "viber", "line",
     "reddit", "youtube", "docusign", "shopify", "woocommerce", "vapi", "browse-ai", "apify"}
)  # fmt: skip
"""Apps whose triggers bring what people outside the firm wrote: mail, messages, forms, bookings, orders, pages."""
_TRIGGER = re.compile(r"^(?:[Ww]atch|[Tt]rigger|[Nn]ew[A-Z]|on[A-Z]|[Ii]nstant)|Instant$|Trigger$")


def split(module: str) -> tuple[str, str]:
    """App and action of a module: `google-sheets:addRow` is ("google-sheets", "addRow")."""
    app, _, action = module.partition(":")
    return app, action


def is_custom(app: str) -> bool:
    """Whether an app was built by an organisation for itself or by a third party, and not by Make (`app#name`)."""
    return app.startswith("app#")


def step_kind(app: str, action: str) -> StepKind:
    """The neutral kind of a module."""
    name = action.lower()
    if app in _OWN_APPS:
        return "other" if name in DIRECTIVES or name == "throw" else _OWN.get(name, "transform")
    if app == "scenario-service":
        return "call" if name in ("callsubscenario", "runscenario") else "other"
    if app == "gateway":
        return "other"
    kind = _APPS.get(app)
    if kind is None:
        kind = "ai" if app.startswith(_AI_PREFIXES) else "other"
    if kind in ("other", "payment") and _ANY_CALL.search(action):
        return "http"
    if kind == "payment" and not (_MONEY.search(action) and operation_effect(app, action).writes != "no"):
        return "other"
    return kind


def module_effect(app: str, action: str, kind: StepKind, values: dict[str, Any]) -> Effect:
    """What a module does to data outside; `values` are its parameters and mapped values."""
    name = action.lower()
    if _is_request(app, action):
        if app == "http" and name in _HTTP_READS:
            return READS
        method = text(values.get("method"), 20)
        return http_effect(method) if method or app != "http" else READS
    if kind in ("branch", "loop", "transform", "wait", "ai", "agent") or app == "gateway" or name in DIRECTIVES:
        return NEITHER
    if app == "scenario-service":
        return UNKNOWN if kind == "call" else NEITHER
    if kind in ("code", "shell", "tool"):
        return UNKNOWN if kind != "code" or app == "connected-code" else NEITHER
    statement = string(values.get("query")) or string(values.get("sql"))
    if "query" in name and statement:
        return UNKNOWN if statement.startswith("{{") else sql_effect(statement)
    return operation_effect(app, action)


def operation_effect(app: str, action: str) -> Effect:
    """What a module's name says it does."""
    if app == "rss":
        return READS
    return _EFFECTS.get(action.lower()) or effect(action.removeprefix("Action").removeprefix("action"))


def is_trigger(module: dict[str, Any]) -> bool:
    """Whether a module can only start a scenario: it waits for events or asks for new ones."""
    app, action = split(module["module"])
    if app == "gateway":
        return action.lower() in ("customwebhook", "custommailhook")
    if app == "scenario-service":
        return action == "StartSubscenario"
    return bool(_TRIGGER.search(action)) or "__IMTHOOK__" in mapping(module.get("parameters"))


def outsiders_write(app: str) -> Known:
    """Whether outsiders choose what an event of that app carries; unknown where it depends on the firm."""
    return "yes" if app in _OUTSIDERS else "unknown"


def _is_request(app: str, action: str) -> bool:
    return app == "http" or bool(_ANY_CALL.search(action))
