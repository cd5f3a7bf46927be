"""Files as they go over the wire: joined, fingerprinted, packed, and nothing else."""

import gzip
import re

import pytest

from crm.web.assets import STATIC, Shelf


@pytest.fixture
def get(kit):
    return kit.test_client().get


def test_a_fingerprinted_sheet_is_kept_for_ever_and_has_no_imports(kit, get):
    url = kit.jinja_env.globals["asset"]("css/index.css")
    assert re.fullmatch(r"/static/css/index-[0-9a-f]{10}\.css", url)
    answer = get(url)
    text = answer.text
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert text.startswith("@layer reset, tokens, base, layout, components, pages, utilities")
    assert "@import" not in text
    assert text.index(".btn {") < text.index(".field {")


@pytest.mark.parametrize("entry", ["index", "quiz", "quiz-result"])
def test_every_address_inside_an_entry_sheet_is_served(kit, get, entry):
    text = get(kit.jinja_env.globals["asset"](f"css/{entry}.css")).text
    for url in set(re.findall(r'url\("([^"]+)"\)', text)):
        answer = get(url)
        assert answer.status_code == 200, url
        kind = {"woff2": "font/woff2", "svg": "image/svg+xml"}[url.rpartition(".")[2]]
        assert answer.headers["Content-Type"].startswith(kind)
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("entry", ["app", "quiz"])
def test_scripts_import_each_other_under_fingerprinted_names(kit, get, entry):
    waiting, seen = [kit.jinja_env.globals["asset"](f"js/{entry}.js")], set()
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        answer = get(url)
        assert answer.status_code == 200, url
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert not re.search(r'(from|import) "\./', answer.text)
        waiting += re.findall(r'(?:from|import)\s+"(/static/[^"]+)"', answer.text)
    assert len(seen) > 3


def test_a_packed_file_unpacks_to_the_plain_one(kit, get):
    url = kit.jinja_env.globals["asset"]("css/quiz.css")
    packed = get(url, headers={"Accept-Encoding": "gzip, br"})
    plain = get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize(
    "path",
    [
        "css/index.css",
        "css/index-0123456789.css",
        "css/none-0123456789.css",
        "css/../../__init__-0123456789.py",
        "js/../../core/config-0123456789.py",
        "vendor/htmx/package-0123456789.json",
        "css/",
    ],
)
def test_any_other_name_is_not_found(get, path):
    assert get(f"/static/{path}").status_code == 404


def test_a_changed_file_gets_another_name(tmp_path):
    (tmp_path / "css").mkdir()
    file = tmp_path / "css/a.css"
    file.write_text("a { color: red }")
    before = Shelf(tmp_path).asset("css/a.css").name
    file.write_text("a { color: blue }")
    assert Shelf(tmp_path).asset("css/a.css").name != before


def test_the_embed_script_may_be_loaded_by_other_sites(get):
    answer = get("/embed.js")
    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_a_version_of_the_embed_script_has_a_name_of_its_own(get):
    short = get("/embed.js")
    name = short.headers["Content-Location"]
    assert re.fullmatch(r"/embed-[0-9a-f]{10}\.js", name)
    kept = get(name)
    assert kept.data == short.data
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert get("/embed-0123456789.js").status_code == 404


def test_the_manifest_names_an_icon_that_is_there(get):
    manifest = get("/manifest.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    assert get(manifest.get_json()["icons"][0]["src"]).headers["Content-Type"] == "image/svg+xml"


def test_the_team_sheet_and_the_first_question_stay_small(kit):
    shelf = kit.extensions["assets"]
    assert len(shelf.asset("css/index.css").packed) < 16 * 1024
    assert len(shelf.asset("css/quiz.css").packed) < 7 * 1024


def test_no_sheet_uses_ids_important_or_remote_files():
    for file in (STATIC / "css").rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)
        assert "!important" not in text, file
        assert "http" not in text.replace('href^="http"', ""), file
        assert len(text.splitlines()) <= 300, file
        assert not re.search(r"(^|[\s,}])#[a-z][\w-]*\s*[{,.:]", text), file


def test_every_component_is_imported_by_an_entry_or_a_page():
    entries = "".join(
        (STATIC / f"css/{name}.css").read_text() for name in ("index", "quiz", "quiz-result")
    )
    alone = {"quiz-theme.css"}
    for file in (STATIC / "css/components").glob("*.css"):
        assert file.name in alone or f"components/{file.name}" in entries, file.name


def test_no_script_evaluates_text_or_fetches():
    for file in (STATIC / "js").glob("*.js"):
        text = file.read_text()
        assert not re.search(r"\b(eval|fetch|XMLHttpRequest|new Function|innerHTML)\b", text), file
        assert len(text.splitlines()) <= 150
