"""What is written about the program is true of it: generated files, the README's blocks, commands, links, names."""

import ast
import inspect
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest
import typer
from support.estate import CATALOG, assessment_of, node, request, workflow
from support.reading import ROOT

from autoguard import cli, hooks
from autoguard.catalog import load_catalog
from autoguard.catalog_examples import run_check_examples
from autoguard.catalog_file import CheckFile, validate
from autoguard.catalog_lint import lint
from autoguard.cli.app import app
from autoguard.documentation import readme
from autoguard.documentation.__main__ import main
from autoguard.documentation.catalog import key_descriptions
from autoguard.documentation.files import BLOCKS, DocumentationError, fill, generated
from autoguard.documentation.markdown import table
from autoguard.facts import subject_kind, subject_types
from autoguard.plugins import load_plugins
from autoguard.policy import load_policy
from autoguard.render import RenderContext
from autoguard.render.json import RENDERER
from autoguard.syntax.yaml_tree import parse_yaml

README, CHECKS, POLICIES = ROOT / "README.md", ROOT / "checks" / "README.md", ROOT / "policies" / "README.md"
PACKAGE = ROOT / "src" / "autoguard"
README_BLOCKS = ("commands", "exit-codes", "formats", "platforms", "policies", "hooks", "demo")
GENERATED = (
    "README.md", "checks/README.md", "policies/README.md", "checks/schema.json", "reports/schema/assessment-1.json",
)  # fmt: skip
CHECKS_BLOCKS = (
    "check-keys",
    "facts",
    "limits",
    "probes",
    "checks",
    "kinds",
    "verification-keys",
    "verifications",
    "tables",
)
POLICIES_BLOCKS = ("policies", "limits", "calibration")
CHECK_FILES = sorted(path for path in (ROOT / "checks").glob("*/*.yaml") if path.parent.name not in ("kinds", "tables"))
REGISTRY = load_plugins(external=False)
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SCHEMA = json.loads((ROOT / "checks" / "schema.json").read_text(encoding="utf-8"))
CHECK_SCHEMA = jsonschema.Draft7Validator(SCHEMA)


def words(path: Path) -> str:
    """A Markdown file with unescaped bars, as its reader sees it."""
    return path.read_text(encoding="utf-8").replace(r"\|", "|")


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return generated()


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_file_is_up_to_date(name: str, made: dict[str, str]) -> None:
    assert (ROOT / name).read_bytes().decode() == made[name], "run `make docs`"
    assert made.keys() == set(GENERATED)


@pytest.mark.parametrize(
    ("file", "names"), [(README, README_BLOCKS), (CHECKS, CHECKS_BLOCKS), (POLICIES, POLICIES_BLOCKS)]
)
def test_every_block_has_its_place(file: Path, names: tuple[str, ...]) -> None:
    found = re.findall(r"^<!-- generated: (\S+) -->$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(found) == sorted(names)
    assert {*README_BLOCKS, *CHECKS_BLOCKS, *POLICIES_BLOCKS} == set(BLOCKS)


def tree(folder: Path, text: str) -> Path:
    """A source tree whose README holds that text."""
    for name in ("README.md", "checks/README.md", "policies/README.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text if name == "README.md" else "# Checks\n", encoding="utf-8")
    return folder


def test_check_names_what_is_out_of_date_and_writes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = "# autoguard\n\n<!-- generated: formats -->\nold\n<!-- end -->\nafter\n"
    root = tree(tmp_path, before)
    assert main(["--check"], root) == 1
    assert capfd.readouterr().err.splitlines() == [
        "reports/schema/assessment-1.json: is out of date",
        "checks/schema.json: is out of date",
        "README.md: is out of date",
        "run `make docs`",
    ]
    assert (root / "README.md").read_text(encoding="utf-8") == before
    assert main([], root) == 0
    assert main(["--check"], root) == 0
    text = (root / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# autoguard\n\n<!-- generated: formats -->\n| format |")
    assert text.endswith("|\n<!-- end -->\nafter\n")
    assert "old" not in text
    (root / "README.md").write_bytes(text.replace("\n", "\r\n").encode())
    assert main(["--check"], root) == 1, "line ends of another system are out of date as well"
    assert capfd.readouterr().err.startswith("README.md: is out of date")
    assert main([], tree(tmp_path, "<!-- end -->\n")) == 1
    assert capfd.readouterr().err == "README.md:1: ends a block that did not start\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n<!-- generated: formts -->\n<!-- end -->\n", "x.md:2: no block formts; there are: commands, "),
        ("<!-- generated: formats -->\ntext\n", "x.md:1: this block has no end"),
        ("<!-- generated: formats -->\n<!-- generated: hooks -->\n<!-- end -->\n", "x.md:1: this block has no end"),
        ("text\n<!-- end -->\n", "x.md:2: ends a block that did not start"),
    ],
)
def test_a_wrong_marker_is_an_error_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DocumentationError, match=f"^{re.escape(message)}"):
        fill(text, "x.md")


def test_a_block_has_links_for_the_folder_it_stands_in() -> None:
    block = "<!-- generated: checks -->\n<!-- end -->\n"
    assert "[open-webhook](access/open-webhook.yaml)" in fill(block, "checks/README.md")
    assert "[open-webhook](checks/access/open-webhook.yaml)" in fill(block, "README.md")
    assert table(("a",), [("b|c\nd",)]) == "| a |\n| --- |\n| b\\|c d |"


def test_nothing_in_the_program_imports_it() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "documentation" not in path.relative_to(PACKAGE).parts:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"autoguard\.documentation|from autoguard import.*documentation", text), path


def test_every_hook_is_documented_with_its_arguments() -> None:
    specs = {name: one for name, one in vars(hooks).items() if hasattr(one, f"{hooks.GROUP}_spec")}
    assert len(specs) >= 7
    for name, spec in specs.items():
        arguments = ", ".join(map(str, inspect.signature(spec).parameters.values()))
        assert f"`{name}({arguments})`" in words(README)
        assert (spec.__doc__ or "-").splitlines()[0].rstrip(".") in words(README)


def test_every_command_format_platform_and_policy_is_named() -> None:
    text = words(README)
    for path in sorted((ROOT / "policies").glob("*.yaml")):
        assert f"[{path.stem}](policies/{path.name})" in text
    for folder in ("platforms", "render"):
        for path in (PACKAGE / folder).iterdir():
            if not path.name.startswith(("_", ".")):
                assert f"| `{path.stem.replace('_', '-')}` |" in text, path.stem
    for command in ("scan", "inventory", "report", "explain", "checks lint", "baseline create", "plugins list"):
        assert f"| `autoguard {command}` |" in text


def test_every_exit_code_is_explained_and_a_new_one_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in (0, cli.FOUND, cli.ERROR, cli.INCOMPLETE, cli.STOPPED):
        assert re.search(rf"^\| {code} \| \w[^|]+ \|$", words(README), re.MULTILINE)
    monkeypatch.setattr(cli, "TIRED", 4, raising=False)
    with pytest.raises(KeyError, match="TIRED"):
        readme.exit_codes(PurePosixPath())


def test_the_demo_shows_beginning_and_end_of_what_is_printed() -> None:
    printed = readme._demo_output()
    assert readme._demo_output() == printed
    shown = readme.demo(PurePosixPath()).splitlines()
    assert (shown[0], shown[-1]) == ("```text", "```")
    dots = next(index for index, line in enumerate(shown) if line.startswith("... "))
    assert printed.startswith("\n".join(shown[1:dots]))
    closing = "\n".join(shown[dots + 2 : -1])
    assert printed.rstrip().endswith(closing)
    assert 10 < dots <= 41
    heads = re.compile(r"^(critical|high|medium|low|info)\[", re.MULTILINE)
    assert heads.match(printed.rstrip().removesuffix(closing).rstrip().rpartition("\n\n")[2])
    left_out = int(shown[dots].split()[1])
    assert len(heads.findall(printed)) == len(heads.findall("\n".join(shown))) + left_out
    assert "\x1b" not in printed
    assert str(ROOT) not in printed
    assert not [line for line in shown if line != line.rstrip()]


def commands(path: Path) -> list[list[str]]:
    """The commands that a file shows, up to a pipe, a redirection or the next command."""
    found = []
    for kind, body in FENCE.findall(path.read_text(encoding="utf-8")):
        if kind in ("console", "sh"):
            for line in body.replace("\\\n", " ").splitlines():
                tokens = shlex.split(line.removeprefix("$ "), comments=True)
                if tokens[:1] == ["autoguard"]:
                    end = next((i for i, one in enumerate(tokens) if re.match(r"[|;&]|\d?>", one)), len(tokens))
                    found.append(tokens[:end])
    return found


def parameters(tokens: list[str]) -> dict[str, Any]:
    """What the command line makes of a command, without running it."""
    context: Any = typer.main.get_command(app).make_context("autoguard", tokens[1:])
    while hasattr(context.command, "commands"):
        name, command, rest = context.command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)
    return dict(context.params)


SHOWN = [(path, tokens) for path in (README, CHECKS) for tokens in commands(path)]


@pytest.mark.parametrize("path", [README, CHECKS], ids=lambda path: path.parent.name)
def test_commands_are_shown(path: Path) -> None:
    assert len(commands(path)) >= 2


@pytest.mark.parametrize("tokens", [tokens for _, tokens in SHOWN], ids=" ".join)
def test_a_command_that_is_shown_can_be_given(tokens: list[str]) -> None:
    try:
        given = parameters(tokens)
    except typer.Exit:
        return
    if not (given.get("policy") or ".yaml").endswith(".yaml"):
        assert load_policy(given["policy"])
    formats = given.get("format") or []
    for one in [formats] if isinstance(formats, str) else formats:
        assert one.partition("=")[0] in (*REGISTRY.names("renderers"), "table")
    domains = {check.domain for check in CATALOG.checks.values()}
    for one in (*(given.get("select") or ()), *(given.get("ignore") or ())):
        assert CATALOG.find(one) or one in domains
    if tokens[1] == "explain":
        assert CATALOG.find(given["check"])


def test_the_parser_refuses_what_is_not_there() -> None:
    for text in ("scna", "scan --polciy strict", "checks lint --online", "report"):
        with pytest.raises(Exception, match=r"No such|Missing"):
            parameters(["autoguard", *text.split()])
    assert parameters(shlex.split("autoguard scan exports -p strict -f sarif=a.sarif"))["policy"] == "strict"


def test_names_in_the_readmes_text_exist() -> None:
    known = {"-f": REGISTRY.names("renderers"), "-p": [path.stem for path in (ROOT / "policies").glob("*.yaml")]}
    known |= {"--format": known["-f"], "--policy": known["-p"]}
    for path in (README, CHECKS):
        text = FENCE.sub("", path.read_text(encoding="utf-8"))
        for option, name in re.findall(r"`(?:autoguard [^`]*?)?(-f|-p|--format|--policy)[ =]([\w./-]+)", text):
            assert name in known[option] or name.isupper() or name.endswith(".yaml"), f"{path.name}: {option} {name}"
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        for name in re.findall(r"`make ([\w-]+)`", text):
            assert name in targets, f"{path.name}: make {name}"


def anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a file."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> Iterator[str]:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    yield from re.findall(r"\]\(([^)\s]+)", text)
    yield from re.findall(r"^\[[^\]]+\]: (\S+)", text, re.MULTILINE)
    yield from re.findall(r"(?:href|src)=\"([^\"]+)\"", text)


@pytest.mark.parametrize("path", [README, CHECKS], ids=lambda path: path.parent.name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    found = [target for target in links(path) if not re.match(r"[a-z]+:", target)]
    assert found
    for target in found:
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        assert not anchor or anchor in anchors(there), target


def test_every_module_says_in_one_line_what_it_holds() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name.startswith("_") and path.name != "__init__.py":
            continue
        first, *rest = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")
        assert re.fullmatch(r"\S.{10,}[.]", first), path
        assert not rest or not rest[0], f"{path}: one line, then an empty one"


def test_every_check_fact_and_kind_is_listed() -> None:
    text = words(CHECKS)
    for path in CHECK_FILES:
        assert f"| [{path.stem}]({path.parent.name}/{path.name}) |" in text
    for subject in subject_types():
        section = text.partition(f"\n### {subject}\n")[2].partition("\n#")[0]
        for fact in subject_kind(subject).facts:
            row = next(line for line in section.splitlines() if line.startswith(f"| `{fact.name}` |"))
            assert " ".join(fact.doc.split()) in row
            assert all(f"`{word}`" in row for word in fact.values if word)
            assert ("may be unknown" in row) == fact.optional
    for path in (ROOT / "checks" / "kinds").glob("*.yaml"):
        for kind in re.findall(r"^  - id: (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert f"| `{kind}` |" in text
    for path in (PACKAGE / "probes").glob("[a-z]*.py"):
        assert f"| `{path.stem.replace('_', '-')}` |" in text
    for name, value in load_policy("strict").limits.items():
        assert re.search(rf"^\| `limit_{name}` \|.* {value:g} \|$", text, re.MULTILINE)


def test_the_check_that_is_shown_is_a_check(tmp_path: Path) -> None:
    [text] = [body for kind, body in FENCE.findall(CHECKS.read_text(encoding="utf-8")) if kind == "yaml"]
    (tmp_path / "continuity").mkdir()
    (tmp_path / "continuity" / "unwatched-payment.yaml").write_text(text, encoding="utf-8")
    catalog, limits = load_catalog([tmp_path], cache=False), load_policy("default").limits
    assert list(catalog.checks) == ["unwatched-payment"]
    assert lint(catalog, limits, {}, REGISTRY.names("platforms")) == []
    assert [run.name for run in run_check_examples(catalog, limits, {}) if not run.right] == []
    assert problems(text) == ""


def test_every_key_of_a_check_file_is_described() -> None:
    found = list(key_descriptions())
    assert {"id", "severity.raise.because", "fix.per_platform", "examples.fails.facts"} <= {one[0] for one in found}
    assert [name for name, _, text in found if not text.strip()] == []


def problems(text: str) -> str:
    """What the schema of a check file says of a text; empty where it fits. What the program refuses, it must refuse."""
    [tree] = parse_yaml(text)
    found = "\n".join(f"{list(one.path)}: {one.message}" for one in CHECK_SCHEMA.iter_errors(tree.value))
    if not found:
        validate(tree, "x.yaml", CheckFile)
    return found


REQUIRED = ("id", "title", "domain", "subject", "severity", "message", "why", "fix", "examples")
WEBHOOK = (ROOT / "checks" / "access" / "open-webhook.yaml").read_text(encoding="utf-8")
TOOL = (ROOT / "checks" / "supply-chain" / "ci-workflow-weakness.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CHECK_FILES, ids=lambda path: path.stem)
def test_every_check_fits_its_schema(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == ""


@pytest.mark.parametrize("key", REQUIRED)
def test_a_check_without_a_required_key_is_refused(key: str) -> None:
    rest = re.sub(rf"^{key}:.*\n(?:[ -].*\n)*", "", WEBHOOK, flags=re.MULTILINE)
    assert f"[]: '{key}' is a required property" in problems(rest)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title:", "tilte: x\ntitle:", "'tilte' was unexpected"),
        ("  base:", "  bsae: low\n  base:", "'bsae' was unexpected"),
        ("{when: reaches_money,", "{when: reaches_money, why: it,", "'why' was unexpected"),
        ("  minutes:", "  effort: low\n  minutes:", "'effort' was unexpected"),
        ("  near_miss:", "  nearly:", "'near_miss' is a required property"),
        ("minutes: 10", "minutes: 0", "0 is less than or equal to the minimum of 0"),
        ("id: open-webhook", "id: Open_Webhook", "'Open_Webhook' does not match"),
        ("domain: access", "domain: doors", "'doors' is not one of"),
        ("base: medium", "base: urgent", "'urgent' is not one of"),
        ("when: exposed", "probe: tool-results\nwhen: exposed", "is valid under each of"),
        ("when: exposed", "# ", "is not valid under any of the given schemas"),
        # What the lint says later, the editor says at once.
        ("path: [reaches_money,", "path: [kind,", "'kind' is not one of"),
        ("evidence: [kind,", "evidence: [kin,", "'kin' is not one of"),
        ("facts: {kind: webhook,", "facts: {kind: webhok,", "'webhok' is not one of"),
        ("facts: {kind: webhook,", "facts: {kidn: webhook,", "'kidn' was unexpected"),
        ("disabled: false", "disabled: sometimes", "'sometimes' is not of type 'boolean'"),
        ("cwe: [306]", 'cwe: ["306"]', "'306' is not one of"),
        ("owasp-lcnc: [LCNC-SEC-04]", "owasp-lcnc: [LCNC-SEC-44]", "'LCNC-SEC-44' is not one of"),
        ("owasp-lcnc:", "owasp-low-code:", "'owasp-low-code' was unexpected"),
    ],
)
def test_a_mistake_in_a_check_is_refused(old: str, new: str, problem: str) -> None:
    assert old in WEBHOOK
    assert problem in problems(WEBHOOK.replace(old, new, 1))


def test_a_probe_needs_an_example_that_fails_or_is_unknown() -> None:
    without_failing = re.sub(r"  fails:\n(?:    .*\n)*", "", TOOL)
    assert problems(without_failing) == ""
    assert problems(re.sub(r"  unknown:\n(?:    .*\n)*", "", without_failing))


def test_names_that_a_plugin_may_add_are_offered_and_not_insisted_on() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["platforms"]["items"]["examples"] == list(REGISTRY.names("platforms"))
    assert SCHEMA["properties"]["probe"]["examples"] == list(REGISTRY.names("probes"))
    assert "n8n" in SCHEMA["$defs"]["FixFile"]["properties"]["per_platform"]["properties"]
    assert problems(WEBHOOK.replace("path:", "platforms: [oven]\npath:", 1)) == ""
    assert SCHEMA["$defs"]["facts-of-trigger"]["properties"]["auth"]["description"] == "what a caller must show"


ASSESSMENT = json.loads((ROOT / "reports" / "schema" / "assessment-1.json").read_text(encoding="utf-8"))
CONTRACT = ("schema", "tool", "target", "today", "policy", "score", "summary", "inventory", "findings", "checks")
PARTS = [("findings", "fingerprint"), ("findings", "subject"), ("checks", "not_applicable"), ("not_judged", "reason")]


@pytest.mark.parametrize(("part", "key"), [*(("", key) for key in CONTRACT), *PARTS])
def test_an_assessment_without_a_required_key_is_refused(part: str, key: str) -> None:
    hook = workflow("Orders", [node("Hook", "webhook"), node("Mail", "gmail")], ("Hook", "Mail"))
    context = RenderContext(CATALOG.checks, request().policy)
    found = json.loads(RENDERER.render(assessment_of({"orders.json": hook}), context))
    jsonschema.validate(found, ASSESSMENT)
    del (found[part][0] if part else found)[key]
    with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
        jsonschema.validate(found, ASSESSMENT)
