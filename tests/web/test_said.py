"""Every refusal, notice and reason goes through the catalogue, so that it can be said elsewhere."""

import ast
from pathlib import Path

CRM = Path(__file__).parents[2] / "crm"
# What the operator reads on a console, and the demo: those stay as they are.
CONSOLE = ("core", "demo", "migrations", "cli.py", "upkeep.py", "launcher.py")
# Which argument of a call is read by people.
SAYS = {"Refused": 0, "Conflict": 0, "BadFilter": 0, "BadValue": 0, "Choice": 1}
TELLS = {"tell", "_tell", "tell_managers", "tell_mentioned", "record", "assign", "Tried"}
SAID = {"title", "body", "reason", "keeps"}


def _is_bare(node):
    """Whether this is English as it stands: a text, or one put together from texts."""
    if isinstance(node, ast.IfExp):
        return _is_bare(node.body) or _is_bare(node.orelse)
    if isinstance(node, ast.BoolOp):
        return any(_is_bare(value) for value in node.values)
    if isinstance(node, ast.JoinedStr):
        return any(
            isinstance(part, ast.Constant) and any(map(str.isalpha, part.value))
            for part in node.values
        )
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def _bare(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        said = node.args[SAYS[name] :][:1] if name in SAYS else []
        if name in TELLS:
            said = [one.value for one in node.keywords if one.arg in SAID]
        for one in said:
            if _is_bare(one):
                yield f"{path.relative_to(CRM)}:{node.lineno} {ast.unparse(one)[:80]}"


def test_refusals_notices_and_reasons_are_no_bare_english():
    found = [
        line
        for path in sorted(CRM.rglob("*.py"))
        if path.relative_to(CRM).parts[0] not in CONSOLE and path.name != "commands.py"
        for line in _bare(path)
    ]
    assert not found, "wrap it in _():\n  " + "\n  ".join(found)
