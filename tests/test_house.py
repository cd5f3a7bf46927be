"""The rules of docs/house.md that a machine can keep; each failure says what to do."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import nodes

from crm import FEATURES, create_app
from crm.core import config
from crm.core.db import db
from crm.core.queue import NotAJob, find

ROOT = Path(__file__).resolve().parent.parent
CRM = ROOT / "crm"
SKIP = ("crm/static/vendor", "crm/migrations/versions")
EDGES = {"forms", "routes", "public", "jobs", "commands", "fields", "letters"}
STARTERS = {"launcher", "cli", "clockwork", "schedule", "upkeep", "demo", "__init__"}
HOMELESS = {"utils", "helpers", "common", "services", "manager", "misc"}
CEILINGS = {"crm/*.py": 300, "tests/*.py": 350, "*.html": 120, "*.css": 300, "*.js": 150}
FUNCTION, ROUTE, JOB = 40, 20, 10


def sources(ending, *folders):
    """Our files with this ending."""
    found = []
    for folder in folders or ("crm", "tests", "app.py", "worker.py"):
        place = ROOT / folder
        files = [place] if place.is_file() else place.rglob(f"*{ending}")
        found += [p for p in files if p.suffix == ending and not _is_skipped(p)]
    return sorted(found)


def _is_skipped(path):
    name = path.relative_to(ROOT).as_posix()
    return name.startswith(SKIP) or "__pycache__" in name


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def report(found, what_to_do):
    assert not found, what_to_do + ":\n  " + "\n  ".join(sorted(found))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    app = create_app(config.load({}, DATA_DIR=folder, SECRET_KEY="k" * 48))
    with app.app_context():
        yield app


# Imports ------------------------------------------------------------------------------------


def part_of(module):
    """(layer, feature, part): ("domain", "deals", "actions"), ("core", "", "db"), …"""
    words = module.split(".")[1:]
    if not words:
        return "starter", "", "__init__"
    if words[0] in {"core", "web"}:
        return words[0], "", words[1] if len(words) > 1 else ""
    if words[0] in STARTERS or words[0] == "migrations":
        return "starter", "", words[0]
    part = words[1] if len(words) > 1 else ""
    return ("edge" if part in EDGES else "domain"), words[0], part


def imported(path):
    """Modules of ours that a file imports, with the names taken from packages."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (n.name for n in node.names if n.name.split(".")[0] == "crm")
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "crm":
            for alias in node.names:
                below = ROOT / Path(*node.module.split("."), alias.name)
                is_module = below.is_dir() or below.with_suffix(".py").is_file()
                yield f"{node.module}.{alias.name}" if is_module else node.module


def may_import(importer, target):
    layer, feature, _ = importer
    other, theirs, part = target
    if layer == "starter":
        return True
    if other == "starter":
        return False
    if layer == "core":
        return other == "core"
    if layer == "web":
        return other in {"core", "web"} or (theirs == "accounts" and other == "domain")
    if layer == "domain":
        if other in {"core"} or theirs == feature:
            return other != "edge"
        return other == "domain" and FEATURES.index(theirs) < FEATURES.index(feature)
    # What a letter says is an edge, having it sent is not: sign-in pages ask mail.letters.
    return other != "edge" or theirs == feature or part == "letters"


def test_imports_run_one_way():
    wrong = set()
    for path in sources(".py", "crm"):
        module = name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for target in imported(path):
            if target != "crm" and not may_import(part_of(module), part_of(target)):
                wrong.add(f"{name_of(path)} imports {target}")
    report(wrong, "House 2: ask when acting, ring a bell, or move the verb further down")


def test_no_import_hides_in_a_function():
    wrong = []
    for path in sources(".py", "crm"):
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        wrong.append(f"{name_of(path)}:{node.lineno}")
    report(wrong, "House 2: imports stand at the top")


def test_the_plan_marks_what_is_to_come():
    """docs/house.md names each feature; the folder is there, or its line says (to come)."""
    plan = re.findall(r"^crm/(\w+)/ +(.*)$", (ROOT / "docs/house.md").read_text("utf-8"), re.M)
    wrong = [name for name, text in plan if (CRM / name).is_dir() == ("(to come)" in text)]
    report([*wrong, *(set(FEATURES) - {name for name, _ in plan})], "Mend the plan of house.md")


def test_no_file_is_called_after_having_no_home():
    wrong = [name_of(p) for p in sources(".py", "crm") if {p.stem, p.parent.name} & HOMELESS]
    report(wrong, "House 1: find the home of these")


# Changes, bells, tables ---------------------------------------------------------------------


def test_only_the_transaction_commits():
    pattern = re.compile(r"\.commit\(|session\.begin\(")
    engines = {"crm/core/sqlite.py", "crm/core/postgres.py"}
    allowed = {"crm/core/db.py", "crm/migrations/env.py"} | engines
    wrong = _lines(pattern, sources(".py", "crm"), allowed)
    report(wrong, "House 6: only `with transaction():` commits")


def _lines(pattern, paths, allowed=()):
    return [
        f"{name_of(path)}:{number} {line.strip()[:80]}"
        for path in paths
        if name_of(path) not in allowed
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_every_bell_rings_a_job():
    wrong = []
    for path in sources(".py", "crm"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.fullmatch(r"crm\.[a-z_]+\.jobs\.[a-z_]+", node.value):
                    try:
                        find(node.value)
                    except NotAJob:
                        wrong.append(f"{name_of(path)}:{node.lineno} {node.value}")
    report(wrong, "House 2: no @job has this name")


def test_every_foreign_key_names_a_table(house):
    for table in db.metadata.tables.values():
        for key in table.foreign_keys:
            assert key.column is not None, f"{table.name}: {key.target_fullname}"


def test_business_time_comes_from_the_clock():
    pattern = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|\btime\.time\(")
    wrong = _lines(pattern, sources(".py", "crm"), {"crm/core/clock.py"})
    report(wrong, "Ask crm.core.clock.now()")


def test_nothing_is_swallowed_or_left_for_later():
    pattern = re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b|except Exception: *pass|# pragma: no cover")
    report(_lines(pattern, sources(".py", "crm")), "Mend it or store it on the row")


# Addresses ----------------------------------------------------------------------------------


def rules(house):
    return [rule for rule in house.url_map.iter_rules()]


def listed(name):
    lines = (ROOT / "tests" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_only_get_and_post(house):
    wrong = [
        f"{rule.rule} {sorted(rule.methods)}"
        for rule in rules(house)
        if rule.methods - {"GET", "HEAD", "OPTIONS", "POST"}
    ]
    report(wrong, "House 5: a verb is a noun you post to")


def test_a_published_url_is_kept(house):
    known, present = set(listed("urls.txt")), {rule.rule for rule in rules(house)}
    report(known - present, "House 5: gone from the application; redirect them")
    report(present - known, "House 5: new; add them to tests/urls.txt, where they stay")


def test_no_route_looks_at_htmx_headers():
    pattern = re.compile(r"""["']HX-(?:Request|Target|Trigger|Current|Boosted)""")
    paths = [p for p in sources(".py", "crm") if not name_of(p).startswith("crm/web/")]
    report(_lines(pattern, paths), "House 4: page() decides; no route looks at an HX header")


# Templates, styles, scripts -----------------------------------------------------------------


def test_nothing_is_set_outside_blocks(house):
    wrong = []
    for path in sources(".html", "crm/templates"):
        body = house.jinja_env.parse(path.read_text(encoding="utf-8")).body
        if any(isinstance(node, nodes.Extends) for node in body):
            bad = nodes.Assign | nodes.AssignBlock | nodes.Import | nodes.FromImport
            wrong += [f"{name_of(path)}:{n.lineno}" for n in body if isinstance(n, bad)]
    report(wrong, "House 4: a block rendered alone does not see this")


def test_templates_hold_no_inline_style_or_script():
    pattern = re.compile(
        r"""\sstyle=|\son[a-z]+=["']|hx-on|hx-vals=["']js:|\|\s*safe\b|<style\b|<script(?![^>]*\bsrc=)"""
    )
    # Mails need inline styles; the share page shows code that other sites copy.
    shown = {"crm/templates/quizzes/_share.html"}
    paths = [p for p in sources(".html", "crm/templates") if "/mail/" not in name_of(p)]
    report(
        _lines(pattern, paths, shown), "House 9: strict CSP; behaviours live in js/, widths in SVG"
    )


def test_markup_is_trusted_only_with_a_reason():
    wrong = []
    for path in sources(".py", "crm"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            near = "\n".join(lines[max(0, number - 8) : number + 1])
            if re.search(r"(?<!class )\bMarkup\((?!\))", line) and "#" not in near:
                wrong.append(f"{name_of(path)}:{number + 1}")
    report(wrong, "Say in a comment why this is safe")


def test_styles_have_no_ids_and_force_nothing():
    wrong = []
    for path in sources(".css", "crm/static"):
        text = re.sub(r"/\*.*?\*/", lambda c: "\n" * c[0].count("\n"), path.read_text(), flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            selector = line.partition("{")[0] if "{" in line else ""
            if "!important" in line or re.search(r"#[A-Za-z_]", selector):
                wrong.append(f"{name_of(path)}:{number} {line.strip()[:70]}")
    report(wrong, "House 9: no ids, no !important")


def test_scripts_never_fetch_or_evaluate():
    pattern = re.compile(r"\beval\(|new Function\(|\bfetch\(|XMLHttpRequest|innerHTML\s*=")
    report(_lines(pattern, sources(".js", "crm/static/js")), "House 9: htmx first")


# Sizes --------------------------------------------------------------------------------------


def ceiling_of(path):
    name = name_of(path)
    if path.suffix == ".py":
        return CEILINGS["tests/*.py"] if name.startswith("tests/") else CEILINGS["crm/*.py"]
    return CEILINGS[f"*{path.suffix}"]


def test_files_stay_below_their_ceiling():
    wrong = []
    for path in [p for ending in (".py", ".html", ".css", ".js") for p in sources(ending)]:
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > ceiling_of(path):
            wrong.append(f"{name_of(path)} {count} > {ceiling_of(path)}")
    report(wrong, "House 10: split")


def test_functions_stay_below_their_ceiling():
    wrong = []
    for path in sources(".py", "crm"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                most = _ceiling(node)
                count = node.end_lineno - _first_line(node) + 1
                if count > most:
                    wrong.append(f"{name_of(path)}:{node.lineno} {node.name} {count} > {most}")
    report(wrong, "House 10: split")


def _first_line(node):
    """Where the work begins: signature and docstring are for the reader and not counted."""
    has_words = ast.get_docstring(node) is not None and len(node.body) > 1
    return node.body[1 if has_words else 0].lineno


def _ceiling(node):
    marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
    if re.search(r"\.(get|post|route)\(", marks):
        return ROUTE
    return JOB if re.search(r"\bjob\b", marks) else FUNCTION


def test_start_files_stay_short():
    for name, most in (("app.py", 60), ("worker.py", 40), ("README.md", 120)):
        assert len((ROOT / name).read_text().splitlines()) <= most, name
