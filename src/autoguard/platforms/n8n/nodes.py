"""What n8n's node types are in neutral words.

Names, default operations and authentication fields were read off the descriptions in n8n-nodes-base 2.41.2 and
@n8n/n8n-nodes-langchain 2.41.1 on 2026-11-24; an export leaves out parameters that have their default.
"""

import re
from typing import NamedTuple

from autoguard.model import Known, StepKind, TriggerKind

LANGCHAIN = "@n8n/n8n-nodes-langchain."


class Kind(NamedTuple):
    """Neutral kind of a step and the service behind it ("" where there is none)."""

    step: StepKind
    service: str = ""


_OWN: dict[str, StepKind] = {
    "set": "transform", "merge": "transform", "splitOut": "transform", "aggregate": "transform", "sort": "transform",
    "limit": "transform", "summarize": "transform", "removeDuplicates": "transform", "itemLists": "transform",
    "renameKeys": "transform", "dateTime": "transform", "html": "transform", "htmlExtract": "transform",
    "markdown": "transform", "xml": "transform", "crypto": "transform", "compareDatasets": "transform",
    "extractFromFile": "transform", "convertToFile": "transform", "moveBinaryData": "transform",
    "spreadsheetFile": "transform", "readPDF": "transform", "editImage": "transform", "compression": "transform",
    "iCal": "transform", "noOp": "transform", "jwt": "transform", "totp": "transform", "aiTransform": "code",
    "simulate": "transform", "debugHelper": "transform", "quickChart": "http", "rssFeedRead": "http",
    "if": "branch", "switch": "branch", "filter": "branch", "splitInBatches": "loop", "wait": "wait",
    "stopAndError": "other", "respondToWebhook": "other", "stickyNote": "other", "executionData": "other",
    "httpRequest": "http", "graphql": "http", "code": "code", "function": "code", "functionItem": "code",
    "executeCommand": "shell", "ssh": "shell", "executeWorkflow": "call", "n8n": "other", "form": "approval",
    "readWriteFile": "file", "readBinaryFile": "file", "readBinaryFiles": "file", "writeBinaryFile": "file",
    "ftp": "file", "git": "file", "dataTable": "database",
}  # fmt: skip

_SERVICE_KINDS: dict[str, StepKind] = {
    **dict.fromkeys(
        ("postgres", "mySql", "microsoftSql", "mongoDb", "redis", "snowflake", "questDb", "timescaleDb", "crateDb",
         "supabase", "googleBigQuery", "elasticsearch", "oracleDatabase", "googleFirebaseRealtimeDatabase",
         "googleCloudFirestore", "awsDynamoDb", "azureCosmosDb", "airtable", "baserow", "nocoDb", "grist", "seaTable",
         "googleSheets", "microsoftExcel", "quickbase", "stackby", "rundeck"),
        "database",
    ),
    **dict.fromkeys(
        ("slack", "telegram", "discord", "mattermost", "rocketchat", "microsoftTeams", "gmail", "emailSend", "sendGrid",
         "mailgun", "mailjet", "sendInBlue", "microsoftOutlook", "twilio", "whatsApp", "vonage", "plivo", "matrix",
         "line", "pushover", "pushbullet", "signl4", "zulip", "awsSes", "awsSns", "googleChat", "messageBird", "msg91",
         "gotify", "mandrill", "postmark", "smtp", "ciscoWebex", "drift", "mocean", "sms77"),
        "message",
    ),
    **dict.fromkeys(
        ("googleDrive", "dropbox", "box", "microsoftOneDrive", "microsoftSharePoint", "s3", "awsS3", "nextCloud",
         "googleCloudStorage", "azureStorage"),
        "file",
    ),
    **dict.fromkeys(
        ("stripe", "payPal", "quickbooks", "xero", "wise", "chargebee", "paddle", "invoiceNinja"), "payment"
    ),
    **dict.fromkeys(("openAi", "anthropic", "googleGemini", "mistralAi", "ollama", "googlePalm"), "ai"),
}  # fmt: skip

_MONEY_READS = frozenset({"balance"})

_MESSAGE_SENDERS = frozenset(
    {"mailgun", "pushover", "pushbullet", "signl4", "mandrill", "line", "msg91", "gotify", "mocean", "rocketchat"}
)

DEFAULTS: dict[str, tuple[str, dict[str, str]]] = {
    "activeCampaign": ("contact", {"": "create", "contactList": "add", "list": "getAll"}),
    "airtable": ("record", {"record": "get", "base": "getMany", "": "read"}),
    "asana": ("task", {"": "create", "project": "get", "user": "get", "taskComment": "add"}),
    "awsLambda": ("", {"": "invoke"}),
    "awsS3": ("file", {"file": "download", "": "create"}),
    "awsSns": ("", {"": "publish"}),
    "awsSqs": ("", {"": "sendMessage"}),
    "baserow": ("row", {"": "getAll"}),
    "box": ("file", {"file": "upload", "": "create"}),
    "clickUp": ("task", {"": "create"}),
    "dataTable": ("row", {"row": "insert", "table": "list"}),
    "discord": ("channel", {"message": "send", "channel": "create", "member": "getAll", "": "sendLegacy"}),
    "dropbox": ("file", {"file": "upload", "folder": "create", "search": "query"}),
    "elasticsearch": ("document", {"document": "get", "index": "create"}),
    "emailSend": ("email", {"": "send"}),
    "erpNext": ("document", {"": "create"}),
    "freshdesk": ("ticket", {"": "create"}),
    "ftp": ("", {"": "download"}),
    "github": ("issue", {"": "create", "organization": "getRepositories", "repository": "getIssues",
                         "user": "getRepositories", "workflow": "dispatch"}),
    "gitlab": ("issue", {"": "create", "repository": "getIssues", "user": "getRepositories"}),
    "gmail": ("message", {"message": "send", "draft": "create", "label": "getAll", "thread": "getAll"}),
    "googleBigQuery": ("database", {"": "executeQuery", "record": "create"}),
    "googleCalendar": ("event", {"event": "create", "calendar": "availability"}),
    "googleContacts": ("contact", {"": "create"}),
    "googleDocs": ("document", {"": "create"}),
    "googleDrive": ("file", {"file": "upload", "fileFolder": "search", "": "create"}),
    "googleSheets": ("sheet", {"sheet": "read", "spreadsheet": "create"}),
    "grist": ("", {"": "getAll"}),
    "hubspot": ("contact", {"": "create", "contact": "upsert", "contactList": "add", "form": "getFields"}),
    "intercom": ("user", {"": "create"}),
    "jira": ("issue", {"": "create", "issueComment": "add"}),
    "linkedIn": ("post", {"": "create"}),
    "mailchimp": ("member", {"member": "create", "memberTag": "create", "": "getAll"}),
    "mailjet": ("email", {"": "send"}),
    "mattermost": ("message", {"message": "post", "": "create"}),
    "mautic": ("contact", {"": "create", "segmentEmail": "send", "campaignContact": "add"}),
    "microsoftExcel": ("workbook", {"table": "append", "": "getAll"}),
    "microsoftOneDrive": ("file", {"file": "upload", "folder": "getChildren"}),
    "microsoftOutlook": ("message", {"message": "send", "draft": "create", "": "getAll"}),
    "microsoftSql": ("", {"": "insert"}),
    "microsoftTeams": ("channel", {"": "create", "chatMember": "getAll"}),
    "mondayCom": ("board", {"": "create"}),
    "mongoDb": ("document", {"": "find"}),
    "mySql": ("database", {"": "insert"}),
    "nocoDb": ("row", {"": "get"}),
    "notion": ("page", {"": "create", "block": "append", "database": "get", "user": "get"}),
    "odoo": ("contact", {"": "create"}),
    "payPal": ("payout", {"payout": "create", "payoutItem": "get"}),
    "pipedrive": ("deal", {"": "create"}),
    "postgres": ("database", {"": "insert"}),
    "quickbooks": ("customer", {"": "get", "transaction": "getReport"}),
    "rabbitmq": ("", {"": "sendMessage"}),
    "readWriteFile": ("", {"": "read"}),
    "redis": ("", {"": "info"}),
    "s3": ("file", {"file": "download", "": "create"}),
    "salesforce": ("lead", {"": "create", "document": "upload", "flow": "invoke", "search": "query", "user": "get"}),
    "sendGrid": ("list", {"mail": "send", "contact": "upsert", "list": "create"}),
    "sendInBlue": ("email", {"email": "send", "": "create"}),
    "shopify": ("order", {"": "create"}),
    "slack": ("message", {"message": "post", "file": "upload", "user": "info", "": "create"}),
    "ssh": ("command", {"command": "execute", "file": "upload"}),
    "strapi": ("entry", {"": "get"}),
    "stripe": ("balance", {"": "get", "coupon": "create", "token": "create"}),
    "supabase": ("row", {"": "create"}),
    "telegram": ("message", {"message": "sendMessage", "chat": "get", "file": "get", "callback": "answerQuery"}),
    "todoist": ("task", {"": "create"}),
    "trello": ("card", {"": "create", "checklist": "getAll", "label": "getAll", "attachment": "getAll"}),
    "twilio": ("sms", {"sms": "send", "call": "make"}),
    "twitter": ("tweet", {"": "create"}),
    "webflow": ("item", {"": "get"}),
    "whatsApp": ("message", {"message": "sendTemplate", "media": "mediaUpload"}),
    "wooCommerce": ("product", {"": "create"}),
    "wordpress": ("post", {"": "create"}),
    "xero": ("invoice", {"": "create"}),
    "zendesk": ("ticket", {"": "create", "ticketField": "get"}),
    "zohoCrm": ("account", {"": "create"}),
}  # fmt: skip
"""Default resource of a node, and the default operation per resource ("" for all others)."""

_OUTSIDERS = frozenset(
    {
        "gmailTrigger", "emailReadImap", "microsoftOutlookTrigger", "telegramTrigger", "whatsAppTrigger",
        "typeformTrigger", "jotFormTrigger", "formIoTrigger", "formstackTrigger", "surveyMonkeyTrigger",
        "wufooTrigger", "koBoToolboxTrigger", "calendlyTrigger", "calTrigger", "acuitySchedulingTrigger",
        "rssFeedReadTrigger", "twilioTrigger", "facebookTrigger", "facebookLeadAdsTrigger", "helpScoutTrigger",
        "postmarkTrigger", "lineTrigger", "redditTrigger", "twistTrigger", "microsoftTeamsTrigger",
        "amqpTrigger", "mqttTrigger", "sseTrigger",
    }
)  # fmt: skip
"""Event triggers whose data is written by people outside the firm (mail, messages, forms, feeds)."""

_WORD = re.compile(r"(Tool|HitlTool)$")


class TriggerClass(NamedTuple):
    """Neutral kind of a trigger, the platform's event word, who chooses its data, and whether it can be reached."""

    kind: TriggerKind
    event: str = ""
    untrusted: Known = "unknown"
    exposed: Known = "unknown"


_TRIGGERS: dict[str, TriggerClass] = {
    "webhook": TriggerClass("webhook", "", "yes", "yes"),
    "mcpTrigger": TriggerClass("webhook", "mcp", "yes", "yes"),
    "formTrigger": TriggerClass("form", "", "yes", "yes"),
    "chatTrigger": TriggerClass("chat", "", "yes", "unknown"),
    "manualChatTrigger": TriggerClass("chat", "", "no", "no"),
    "scheduleTrigger": TriggerClass("schedule", "", "no", "no"),
    "cron": TriggerClass("schedule", "", "no", "no"),
    "interval": TriggerClass("schedule", "", "no", "no"),
    "manualTrigger": TriggerClass("manual", "", "no", "no"),
    "start": TriggerClass("manual", "", "no", "no"),
    "evaluationTrigger": TriggerClass("manual", "evaluation", "no", "no"),
    "executeWorkflowTrigger": TriggerClass("call", "", "no", "no"),
    "errorTrigger": TriggerClass("event", "error", "no", "no"),
    "n8nTrigger": TriggerClass("event", "instance", "no", "no"),
    "workflowTrigger": TriggerClass("event", "instance", "no", "no"),
    "localFileTrigger": TriggerClass("event", "file", "unknown", "no"),
    "emailReadImap": TriggerClass("event", "emailReadImap", "yes", "no"),
}


def short(node_type: str) -> str:
    """The type's name without its package: `n8n-nodes-base.slack` is `slack`."""
    return node_type.rpartition(".")[2]


def package(node_type: str) -> str:
    """The package that ships the node: `n8n-nodes-base`, `@n8n/n8n-nodes-langchain`, or a community package."""
    return node_type.rpartition(".")[0]


def is_community(node_type: str) -> bool:
    """Whether the node comes from a package that n8n itself does not ship."""
    found = package(node_type)
    return bool(found) and found not in ("n8n-nodes-base", "@n8n/n8n-nodes-langchain") and "n8n-nodes-" in found


def trigger_class(node_type: str) -> TriggerClass | None:
    """The neutral class of a trigger node, or None for a node that is none."""
    name = short(node_type)
    known = _TRIGGERS.get(name)
    if known is not None and not is_community(node_type):
        return known
    if not name.endswith("Trigger"):
        return None
    return TriggerClass("event", name.removesuffix("Trigger"), "yes" if name in _OUTSIDERS else "unknown", "no")


def step_kind(node_type: str) -> Kind:
    """The neutral kind of any other node."""
    name = short(node_type)
    if node_type.startswith(LANGCHAIN):
        return _langchain(name)
    if name in _OWN and not is_community(node_type):
        service = name if name in ("ssh", "ftp", "git") else ""
        return Kind(_OWN[name], service)
    base = _WORD.sub("", name)
    # Nodes of a service that an agent may use keep the service's kind: what they do to it is the same.
    return Kind(_SERVICE_KINDS.get(base, "other"), base)


def default_operation(node_type: str, resource: str) -> tuple[str, str]:
    """Resource and operation that hold where the export names none; ("", "") where that is not known."""
    base = _WORD.sub("", short(node_type))
    if base in _MESSAGE_SENDERS:
        return resource, "send"
    if base not in DEFAULTS:
        return resource, ""
    default_resource, operations = DEFAULTS[base]
    resource = resource or default_resource
    return resource, operations.get(resource, operations.get("", ""))


def moves_money(service: str, resource: str) -> bool:
    """Whether writing to that resource of a payment service moves or owes money."""
    return _SERVICE_KINDS.get(service) == "payment" and resource not in _MONEY_READS


_LANGCHAIN: tuple[tuple[tuple[str, ...], StepKind, bool], ...] = (
    (("agent", "openAiAssistant", "toolExecutor"), "agent", False),
    (("openAi", "anthropic", "googleGemini", "ollama", "alibabaCloud", "microsoftFoundry"), "ai", True),
    (("toolWorkflow",), "call", False),
    (("toolCode", "code"), "code", False),
    (("toolHttpRequest",), "http", False),
    (("vectorStore", "memoryPostgres", "memoryMongo", "memoryRedis"), "database", True),
    (("memory",), "other", False),
    (("mcp", "tool"), "tool", True),
    (("lmChat", "lm", "embeddings", "reranker"), "ai", True),
    (("chain", "informationExtractor", "textClassifier", "sentimentAnalysis", "guardrails"), "ai", False),
    (("chat", "manualChat"), "message", False),
)
"""Beginnings of node names, the kind they stand for, and whether the rest of the name is a service."""


def _langchain(name: str) -> Kind:
    for beginnings, kind, has_service in _LANGCHAIN:
        for beginning in beginnings:
            if name.startswith(beginning):
                return Kind(kind, (name.removeprefix(beginning) or beginning) if has_service else "")
    return Kind("transform")
