"""Style sheets, scripts, fonts and icons: joined, named by their content, compressed and served."""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, abort, current_app, jsonify, request

from crm.web.access import public

STATIC = Path(__file__).resolve().parent.parent / "static"
SERVED = (
    "css/",
    "js/",
    "icons/",
    "vendor/figtree/files/",
    "vendor/newsreader/files/",
    "vendor/htmx/dist/",
)
FOREVER = "public, max-age=31536000, immutable"
HOUR = "public, max-age=3600"
PLAIN = {".css", ".js", ".svg", ".json"}
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".ico": "image/x-icon",
}

IMPORT_RULE = re.compile(r'@import url\("([^":]+)"\);\n?')
CSS_URL = re.compile(r'(?<!@import )url\("([^":#]+)"\)')
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)
JS_IMPORT = re.compile(r'((?:from|import)\s+")(\.{1,2}/[^"]+)(")')
SOURCE_MAP = re.compile(r"\n//# sourceMappingURL=\S+\s*$")
FINGERPRINT = re.compile(r"^(.+)-([0-9a-f]{10})(\.[a-z0-9]+)$")


@dataclass(frozen=True)
class Asset:
    """One file as it goes over the wire."""

    path: str
    body: bytes
    packed: bytes | None
    digest: str

    @property
    def name(self) -> str:
        """The path with the digest before its ending: `css/index-0123456789.css`."""
        stem, ending = posixpath.splitext(self.path)
        return f"{stem}-{self.digest}{ending}"


@dataclass
class Shelf:
    """Every file asked for so far, built once in each process."""

    root: Path = STATIC
    held: dict[str, Asset] = field(default_factory=dict)

    def asset(self, path: str) -> Asset:
        """Give the file at `path` below the static folder; KeyError when it is not served."""
        if path not in self.held:
            self.held[path] = self._build(path)
        return self.held[path]

    def _build(self, path: str) -> Asset:
        ending = posixpath.splitext(path)[1]
        build: Callable[[str], bytes] = {".css": self._sheet, ".js": self._script}.get(
            ending, self._read
        )
        body = build(path)
        packed = gzip.compress(body, 9, mtime=0) if ending in PLAIN else None
        return Asset(path, body, packed, hashlib.sha256(body).hexdigest()[:10])

    def _read(self, path: str) -> bytes:
        clean = posixpath.normpath(path)
        file = self.root / clean
        if clean != path or not clean.startswith(SERVED) or not file.is_file():
            raise KeyError(path)
        return file.read_bytes()

    def _sheet(self, path: str) -> bytes:
        joined = CSS_COMMENT.sub("", self._joined(path))
        return re.sub(r"\n\s*\n+", "\n", joined).strip().encode()

    def _joined(self, path: str) -> str:
        """The sheet with its imports in their places and its addresses fingerprinted."""
        folder, text = posixpath.dirname(path), self._read(path).decode()
        text = CSS_URL.sub(lambda found: f'url("{self._url(beside(folder, found[1]))}")', text)
        return IMPORT_RULE.sub(lambda found: self._joined(beside(folder, found[1])), text)

    def _script(self, path: str) -> bytes:
        folder, text = posixpath.dirname(path), self._read(path).decode()
        text = SOURCE_MAP.sub("\n", text)
        return JS_IMPORT.sub(
            lambda found: found[1] + self._url(beside(folder, found[2])) + found[3], text
        ).encode()

    def _url(self, path: str) -> str:
        return "/static/" + self.asset(path).name


def beside(folder: str, name: str) -> str:
    """The path that `name` means in a file of `folder`."""
    return posixpath.normpath(posixpath.join(folder, name))


def init_app(app: Flask) -> None:
    """Add the files' addresses and the template function `asset(path)`."""
    shelf = Shelf()
    app.extensions["assets"] = shelf
    app.add_url_rule("/static/<path:name>", "static", static)
    app.add_url_rule("/embed.js", "embed", embed)
    app.add_url_rule("/embed-<digest>.js", "embed_version", embed_version)
    app.add_url_rule("/manifest.webmanifest", "manifest", manifest)
    app.add_template_global(asset_url, "asset")


def asset_url(path: str) -> str:
    """The address of a static file, changed whenever its content changes."""
    return "/static/" + shelf().asset(path).name


def shelf() -> Shelf:
    """The files of this process."""
    found: Shelf = current_app.extensions["assets"]
    return found


@public("style sheets and scripts are the same for everyone")
def static(name: str) -> Response:
    """A file under its fingerprinted name; no other name exists."""
    parts = FINGERPRINT.match(name)
    try:
        asset = shelf().asset(parts[1] + parts[3]) if parts else None
    except KeyError:
        asset = None
    if parts is None or asset is None or asset.digest != parts[2]:
        abort(404)
    return answer(asset, FOREVER)


@public("other sites load it to place a quiz")
def embed() -> Response:
    """The script of the embed snippet: one address for ever, so it is kept for an hour only.

    It names its version's own address, for sites that hold on to one.
    """
    return _embed(HOUR)


@public("other sites load it to place a quiz")
def embed_version(digest: str) -> Response:
    """The script under the name of its version; 404 once there is another."""
    if digest != shelf().asset("js/embed.js").digest:
        abort(404)
    return _embed(FOREVER)


def _embed(cache: str) -> Response:
    asset = shelf().asset("js/embed.js")
    response = answer(asset, cache)
    response.headers["Content-Location"] = f"/embed-{asset.digest}.js"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public("browsers ask for it before anyone is signed in")
def manifest() -> Response:
    """What a phone needs to put Tend on its home screen."""
    response = jsonify(
        name="Tend",
        short_name="Tend",
        start_url="/",
        display="standalone",
        background_color="#f6f4ee",
        theme_color="#2f6b4f",
        icons=[{"src": asset_url("icons/tend.svg"), "type": "image/svg+xml", "sizes": "any"}],
    )
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = HOUR
    return response


def answer(asset: Asset, cache: str) -> Response:
    """One file with its type, its age and, where the client takes it, packed."""
    packed = asset.packed if "gzip" in request.accept_encodings else None
    response = Response(packed or asset.body)
    response.headers["Content-Type"] = TYPES.get(
        posixpath.splitext(asset.path)[1], "application/octet-stream"
    )
    response.headers["Cache-Control"] = cache
    response.headers["X-Content-Type-Options"] = "nosniff"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if asset.packed:
        response.vary.add("Accept-Encoding")
    response.set_etag(asset.digest)
    response.make_conditional(request)
    return response
