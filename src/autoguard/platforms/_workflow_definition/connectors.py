"""What connectors and action types are in neutral words.

Names of action types: learn.microsoft.com, "Schema reference guide for trigger and action types in Azure Logic Apps";
names of connectors and operations: learn.microsoft.com/connectors (both read 2026-11-24), with the `shared_` prefix of
Power Automate taken off.
"""

import re

from autoguard.model import Known, StepKind
from autoguard.platforms._operations import BOTH, NEITHER, READS, WRITES, Effect, effect

TYPES: dict[str, StepKind] = {
    "if": "branch", "switch": "branch", "foreach": "loop", "until": "loop", "scope": "transform", "wait": "wait",
    "terminate": "other", "response": "other", "compose": "transform", "initializevariable": "transform",
    "setvariable": "transform", "incrementvariable": "transform", "decrementvariable": "transform",
    "appendtoarrayvariable": "transform", "appendtostringvariable": "transform", "parsejson": "transform",
    "select": "transform", "query": "transform", "join": "transform", "table": "transform", "expression": "transform",
    "xslt": "transform", "xmlvalidation": "transform", "xmlparse": "transform", "xmlcompose": "transform",
    "flatfiledecoding": "transform", "flatfileencoding": "transform", "liquid": "transform", "datamapper": "transform",
    "http": "http", "httpwebhook": "http", "swagger": "http", "apimanagement": "http", "appservice": "http",
    "workflow": "call", "sendtobatch": "call", "function": "code", "invokefunction": "code", "javascriptcode": "code",
    "csharpscriptcode": "code", "powershellcode": "code", "pythoncode": "code", "agent": "agent",
    "changesetrequest": "database", "rosettanetencode": "transform", "rosettanetdecode": "transform",
    "rosettanetwaitforresponse": "wait",
}  # fmt: skip
"""Action types that say by themselves what a step is, in lower case."""

VARIABLE_TYPES = frozenset(name for name in TYPES if name.endswith("variable"))
_NEITHER = frozenset({"branch", "loop", "transform", "wait", "agent", "ai"})

_SERVICES: dict[str, StepKind] = {
    **dict.fromkeys(
        ("commondataserviceforapps", "commondataservice", "dynamicscrmonline", "dynamicsax", "sql", "sqldw", "mysql",
         "postgresql", "oracle", "db2", "informix", "teradata", "documentdb", "azurecosmosdb", "azuretables", "kusto",
         "excelonline", "excelonlinebusiness", "googlesheet", "airtable", "smartsheet", "googlebigquery", "snowflake",
         "azureaisearch", "mongodb", "sharepoint", "sharepointonline", "salesforce", "quickbase"),
        "database",
    ),
    **dict.fromkeys(
        ("onedrive", "onedriveforbusiness", "azureblob", "azurefile", "azuredatalake", "azurefilestorage", "dropbox",
         "box", "googledrive", "sftp", "sftpwithssh", "ftp", "filesystem", "amazons3", "egnyte"),
        "file",
    ),
    **dict.fromkeys(
        ("office365", "outlook", "gmail", "smtp", "sendgrid", "sendmail", "mandrill", "mailchimp", "teams", "slack",
         "twilio", "flowpush", "twitter", "facebook", "yammer", "telegram", "pushover", "whatsapp", "linkedin"),
        "message",
    ),
    **dict.fromkeys(
        ("openai", "azureopenai", "aibuilder", "azureaifoundry", "cognitiveservicestextanalytics", "formrecognizer",
         "cognitiveservicescomputervision", "documentintelligence", "anthropic", "mistral", "agentmodel"),
        "ai",
    ),
    **dict.fromkeys(("microsoftcopilotstudio", "azureagentservice", "azureaiagent"), "agent"),
    **dict.fromkeys(("webcontents", "webcontentsv2", "httpwithazuread", "http"), "http"),
    **dict.fromkeys(("stripe", "paypal", "squarepayments", "quickbooks", "xero", "wise"), "payment"),
    "approvals": "approval", "conversionservice": "transform", "azurefunctions": "code", "azureautomation": "code",
    "uiflow": "call",
}  # fmt: skip

_MONEY = re.compile(r"charge|refund|payment|payout|invoice|transfer|subscription|capture|bill", re.IGNORECASE)
_WAITS_FOR_A_PERSON = re.compile(r"approval|withoptions|andwaitforresponse|waitforresponse", re.IGNORECASE)
_MAIL = re.compile(r"mail|message|reply|forward|flag", re.IGNORECASE)
_CHAT = re.compile(r"message|card|chat|post|mention|notification|conversation", re.IGNORECASE)
_FILES = re.compile(r"file|folder|attachment", re.IGNORECASE)
_SCRIPTS = re.compile(r"^runscript", re.IGNORECASE)
_EFFECTS: dict[str, Effect] = {
    "associateentities": WRITES, "disassociateentities": WRITES, "performunboundaction": BOTH,
    "performboundaction": BOTH, "executechangeset": WRITES, "indexdocuments": WRITES, "indexdocument": WRITES,
    "myprofile_v2": READS, "myprofile": READS, "userprofile_v2": READS, "userprofile": READS, "manager_v2": READS,
    "directreports_v2": READS, "subscribewebhooktrigger": READS, "respondtosapserver": WRITES,
    "waitforanapproval": READS,
}  # fmt: skip
"""Operations whose names have no telling verb."""


def connector_kind(service: str, operation: str) -> StepKind:
    """The neutral kind of an operation of a connector."""
    if _WAITS_FOR_A_PERSON.search(operation):
        return "approval"
    if operation.lower().startswith("aibuilderpredict"):
        return "ai"
    if _SCRIPTS.match(operation):
        return "code"
    kind = _SERVICES.get(service, "other")
    if kind == "database" and service.startswith("sharepoint") and _FILES.search(operation):
        return "file"
    about = {"office365": _MAIL, "outlook": _MAIL, "teams": _CHAT, "slack": _CHAT}.get(service)
    if about is not None and not about.search(operation):
        return "other"
    if kind == "payment" and (connector_effect(kind, operation).writes == "no" or not _MONEY.search(operation)):
        return "other"
    return kind


def connector_effect(kind: StepKind, operation: str) -> Effect:
    """What an operation of a connector does to data outside, by its name."""
    if kind in _NEITHER:
        return NEITHER
    found = _EFFECTS.get(operation.lower()) or effect(operation)
    # To ask a person is to send something.
    return WRITES if kind == "approval" and found.writes == "unknown" else found


def type_effect(kind: StepKind, action_type: str) -> Effect:
    """What an action does that no connector stands behind; calls, code and computed requests are unknown."""
    if kind in _NEITHER or action_type in ("terminate", "response"):
        return NEITHER
    return Effect("unknown", "unknown")


_OUTSIDERS = frozenset(
    {"gmail", "imap", "pop3", "microsoftforms", "googleforms", "typeform", "jotform", "cognitoforms", "surveymonkey",
     "formstack", "wufoo", "twitter", "facebook", "instagram", "rss", "youtube", "twilio", "eventbrite", "calendly",
     "zendesk", "freshdesk", "freshservice", "intercom", "docusign", "telegram", "disqus", "mailchimp"}
)  # fmt: skip
"""Connectors whose triggers bring what people outside the firm wrote: mail, forms, posts, tickets, sign-ups."""
_MAILBOXES = frozenset({"office365", "outlook", "exchange"})
_MAIL_TRIGGERS = re.compile(r"mail|flagged", re.IGNORECASE)


def outsiders_write(service: str, operation: str) -> Known:
    """Whether outsiders choose what an event of that connector carries; unknown where it depends on the firm."""
    if service in _OUTSIDERS:
        return "yes"
    if service in _MAILBOXES:
        # Two mailbox events of the older form name no operation; only the calendar's are not mail.
        return "yes" if _MAIL_TRIGGERS.search(operation) or not operation else "unknown"
    if service in ("teams", "slack"):
        return "yes" if _CHAT.search(operation) else "unknown"
    return "unknown"
