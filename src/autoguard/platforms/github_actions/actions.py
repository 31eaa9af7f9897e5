"""Actions that steps use: whose they are, how firmly they are pinned, and what the well-known ones do.

Grammar of `uses`: docs.github.com, "Workflow syntax" (`./path`, `$/path`, `owner/repo[/path]@ref`, `docker://image`);
what each action does: its own README; read 2026-11-24.
"""

import re
from typing import NamedTuple

from autoguard.model import Component, Known, StepKind
from autoguard.platforms._operations import BOTH, NEITHER, READS, UNKNOWN, WRITES, Effect

_COMMIT = re.compile(r"^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$")
_IMAGE = re.compile(
    r"^(?P<name>[a-zA-Z0-9][\w.-]{0,200}(?::\d{1,5}(?=/))?(?:/[\w.-]{1,200}){0,8})"
    r"(?::(?P<tag>[\w.-]{1,128}))?(?:@(?P<digest>sha256:[0-9a-fA-F]{64}))?$"
)
_REMOTE = re.compile(r"^(?P<name>[\w.-]{1,100}/[\w.-]{1,100}(?P<path>(?:/[^@\s]{1,200})?))(?:@(?P<ref>\S{1,200}))?$")
_PLATFORM_OWNERS = frozenset({"actions", "github"})


class Uses(NamedTuple):
    """A `uses` taken apart. `name` is `owner/repo[/path]`, a local path, or an image."""

    kind: str
    name: str
    component: Component


class Action(NamedTuple):
    """What an action does, in neutral words."""

    kind: StepKind
    service: str = ""
    operation: str = ""
    effect: Effect = UNKNOWN

    @property
    def notifies(self) -> bool:
        """Whether it tells people something."""
        return self.kind == "message" or self.operation == "issue"


def parse_uses(text: str) -> Uses | None:
    """What a `uses` refers to; None where it is nothing that GitHub accepts."""
    text = text.strip()
    if text.startswith(("./", "$/")):
        # Code of the same repository at the same commit has no version of its own.
        return Uses("local", text[2:].strip("/"), Component(text[:200], publisher="first-party"))
    if text.startswith("docker://"):
        component = image(text.removeprefix("docker://"))
        return Uses("docker", component.name, component) if component else None
    match = _REMOTE.match(text)
    if match is None:
        return None
    ref = match["ref"] or ""
    pinned: Known = "yes" if _COMMIT.match(ref) else "no"
    own = match["name"].partition("/")[0].lower() in _PLATFORM_OWNERS
    component = Component(match["name"], ref, pinned, "platform" if own else "third-party")
    return Uses("workflow" if "/.github/workflows/" in match["path"] else "action", match["name"], component)


def image(text: str) -> Component | None:
    """A container image; None where its name is computed at run time."""
    name, expression, _ = text.strip().partition("${{")
    match = _IMAGE.match(name.rstrip(":@") if expression else name)
    if match is None:
        return None
    if expression:
        return Component(match["name"], "", "unknown", "third-party")
    version = match["digest"] or match["tag"] or ""
    return Component(match["name"], version, "yes" if match["digest"] else "no", "third-party")


def known_action(name: str) -> Action:
    """What the action `owner/repo[/path]` does, as far as it is known here."""
    lowered = name.lower()
    repository = "/".join(lowered.split("/")[:2])
    found = _ACTIONS.get(lowered) or _ACTIONS.get(repository)
    if found is not None:
        path = "/".join(lowered.split("/")[2:])
        return found._replace(operation=path) if path and not found.operation else found
    if re.search(r"/(?:setup-|install-)|-(?:installer|setup)$", repository):
        return Action("other", "", "setup", READS)
    return Action("other")


_GITHUB_WRITERS = {
    "issue": ("peter-evans/create-issue-from-file", "jasonetco/create-an-issue", "dacbd/create-issue-action"),
    "comment": ("peter-evans/create-or-update-comment", "marocchino/sticky-pull-request-comment",
                "thollander/actions-comment-pull-request", "actions/first-interaction"),
    "close-issue": ("peter-evans/close-issue", "actions/stale", "dessant/lock-threads"),
    "label": ("actions/labeler", "actions/add-to-project", "kentaro-m/auto-assign-action",
              "pozil/auto-assign-issue", "github/issue-labeler", "actions-ecosystem/action-add-labels"),
    "pull-request": ("peter-evans/create-pull-request", "pascalgn/automerge-action", "hmarr/auto-approve-action",
                     "peter-evans/enable-pull-request-automerge"),
    "release": ("actions/create-release", "actions/upload-release-asset", "softprops/action-gh-release",
                "ncipollo/release-action", "goreleaser/goreleaser-action", "marvinpinto/action-automatic-releases",
                "svenstaro/upload-release-action", "cycjimmy/semantic-release-action", "changesets/action",
                "googleapis/release-please-action"),
    "push": ("stefanzweifel/git-auto-commit-action", "endbug/add-and-commit", "ad-m/github-push-action",
             "peaceiris/actions-gh-pages", "jamesives/github-pages-deploy-action"),
    "deploy-pages": ("actions/deploy-pages",),
    "upload-artifact": ("actions/upload-artifact", "actions/upload-pages-artifact"),
    "attest": ("actions/attest-build-provenance", "actions/attest", "actions/attest-sbom"),
    "dependency-submission": ("advanced-security/maven-dependency-submission-action",),
}  # fmt: skip
_CHAT = {
    "slack": ("slackapi/slack-github-action", "rtcamp/action-slack-notify", "8398a7/action-slack", "act10ns/slack",
              "ravsamhq/notify-slack-action", "ilshidur/action-slack", "archive/github-actions-slack",
              "voxmedia/github-action-slack-notify-build"),
    "discord": ("sarisia/actions-status-discord", "ilshidur/action-discord", "tsickert/discord-webhook"),
    "telegram": ("appleboy/telegram-action",),
    "mail": ("dawidd6/action-send-mail",),
    "microsoftTeams": ("jdcargile/ms-teams-notification", "aliencube/microsoft-teams-actions",
                       "skitionek/notify-microsoft-teams"),
    "pagerduty": ("entle/action-pagerduty-alert", "award28/action-pagerduty-alert"),
    "twilio": ("twilio-labs/actions-sms",),
}  # fmt: skip

_ACTIONS: dict[str, Action] = {
    **{name: Action("other", "github", word, WRITES) for word, names in _GITHUB_WRITERS.items() for name in names},
    **{name: Action("message", service, "send", WRITES) for service, names in _CHAT.items() for name in names},
    "actions/checkout": Action("other", "github", "checkout", READS),
    "actions/download-artifact": Action("other", "github", "download-artifact", READS),
    "dawidd6/action-download-artifact": Action("other", "github", "download-artifact", READS),
    "actions/cache": Action("other", "github", "cache", BOTH),
    "actions/github-script": Action("code", "github", "script"),
    "actions/configure-pages": Action("other", "github", "configure-pages", READS),
    "actions/dependency-review-action": Action("other", "github", "dependency-review", READS),
    "actions/create-github-app-token": Action("other", "github", "login", READS),
    "actions/ai-inference": Action("ai", "github", "inference", NEITHER),
    "github/codeql-action": Action("other", "github", "", WRITES),
    "github/super-linter": Action("other", "", "lint", READS),
    "super-linter/super-linter": Action("other", "", "lint", READS),
    "peter-evans/repository-dispatch": Action("call", "github", "repository-dispatch", WRITES),
    "benc-uk/workflow-dispatch": Action("call", "github", "workflow-dispatch", WRITES),
    "anthropics/claude-code-action": Action("agent", "anthropic", "agent"),
    "anthropics/claude-code-base-action": Action("agent", "anthropic", "agent"),
    "openai/codex-action": Action("agent", "openai", "agent"),
    "google-github-actions/run-gemini-cli": Action("agent", "google", "agent"),
    "aws-actions/configure-aws-credentials": Action("other", "aws", "login", NEITHER),
    "aws-actions/amazon-ecr-login": Action("other", "aws", "login", NEITHER),
    "aws-actions/amazon-ecs-deploy-task-definition": Action("other", "aws", "deploy", WRITES),
    "aws-actions/aws-cloudformation-github-deploy": Action("other", "aws", "deploy", WRITES),
    "aws-actions/amazon-ecs-render-task-definition": Action("transform", "aws", "render", NEITHER),
    "azure/login": Action("other", "azure", "login", NEITHER),
    "azure/cli": Action("shell", "azure", "cli"),
    "azure/powershell": Action("shell", "azure", "powershell"),
    "azure/webapps-deploy": Action("other", "azure", "deploy", WRITES),
    "azure/functions-action": Action("other", "azure", "deploy", WRITES),
    "azure/k8s-deploy": Action("other", "azure", "deploy", WRITES),
    "azure/static-web-apps-deploy": Action("other", "azure", "deploy", WRITES),
    "google-github-actions/auth": Action("other", "google", "login", NEITHER),
    "google-github-actions/get-gke-credentials": Action("other", "google", "login", READS),
    "google-github-actions/deploy-cloudrun": Action("other", "google", "deploy", WRITES),
    "google-github-actions/deploy-appengine": Action("other", "google", "deploy", WRITES),
    "google-github-actions/upload-cloud-storage": Action("file", "google", "upload", WRITES),
    "docker/login-action": Action("other", "docker", "login", NEITHER),
    "docker/build-push-action": Action("other", "docker", "build-push"),
    "docker/metadata-action": Action("transform", "docker", "metadata", NEITHER),
    "aliyun/acr-login": Action("other", "aliyun", "login", NEITHER),
    "appleboy/ssh-action": Action("shell", "ssh", "command"),
    "appleboy/scp-action": Action("file", "scp", "upload", WRITES),
    "samkirkland/ftp-deploy-action": Action("file", "ftp", "upload", WRITES),
    "burnett01/rsync-deployments": Action("file", "rsync", "upload", WRITES),
    "easingthemes/ssh-deploy": Action("file", "rsync", "upload", WRITES),
    "jakejarvis/s3-sync-action": Action("file", "aws", "upload", WRITES),
    "webfactory/ssh-agent": Action("other", "ssh", "login", NEITHER),
    "pypa/gh-action-pypi-publish": Action("other", "pypi", "publish", WRITES),
    "js-devtools/npm-publish": Action("other", "npm", "publish", WRITES),
    "hashicorp/vault-action": Action("other", "vault", "read", READS),
    "cloudflare/wrangler-action": Action("other", "cloudflare", "deploy", WRITES),
    "cloudflare/pages-action": Action("other", "cloudflare", "deploy", WRITES),
    "nwtgck/actions-netlify": Action("other", "netlify", "deploy", WRITES),
    "amondnet/vercel-action": Action("other", "vercel", "deploy", WRITES),
    "firebaseextended/action-hosting-deploy": Action("other", "google", "deploy", WRITES),
    "akhileshns/heroku-deploy": Action("other", "heroku", "deploy", WRITES),
    "codecov/codecov-action": Action("other", "codecov", "upload", WRITES),
    "sonarsource/sonarqube-scan-action": Action("other", "sonarqube", "scan", WRITES),
    "sonarsource/sonarcloud-github-action": Action("other", "sonarqube", "scan", WRITES),
    "snyk/actions": Action("other", "snyk", "", WRITES),
    "aquasecurity/trivy-action": Action("other", "trivy", "scan", READS),
    "anchore/scan-action": Action("other", "anchore", "scan", READS),
    "ossf/scorecard-action": Action("other", "scorecard", "scan", READS),
    "trstringer/manual-approval": Action("approval", "github", "approval", WRITES),
    "nick-fields/retry": Action("shell", "", "retry"),
    "nick-invision/retry": Action("shell", "", "retry"),
    "addnab/docker-run-action": Action("shell", "docker", "run"),
}

SCRIPTS: dict[str, frozenset[str]] = {"actions/github-script": frozenset({"script"})}
"""Inputs that hold JavaScript, by action."""
COMMANDS = frozenset(
    {"run", "script", "command", "commands", "cmd", "inlinescript", "inline-script", "pre_command", "post_command",
     "shell-command", "script_stop", "before-script", "build-command", "install-command", "on_retry_command"}
)  # fmt: skip
"""Inputs that actions hand to a shell, by the names that their authors give them."""
PROMPTS = frozenset(
    {"prompt", "system-prompt", "direct_prompt", "direct-prompt", "custom_instructions", "override_prompt",
     "prompt-file", "append_system_prompt", "claude_args", "instructions"}
)  # fmt: skip
"""Inputs that tell language models and agents what to do."""
READS_EVENT = frozenset({"anthropics/claude-code-action", "google-github-actions/run-gemini-cli"})
"""Agents that take issue, comment or pull request from the event by themselves where no prompt is given."""
