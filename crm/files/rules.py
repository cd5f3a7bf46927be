"""What may be attached, and under which name."""

import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE  # security I1: the largest body we take
MOST_FILES = 10
MOST_PIXELS = 25_000_000
LONGEST_NAME = 120
# What Pillow calls a picture, and how we serve it; we write each anew (security I5).
PICTURES = {
    "PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp",
}  # fmt: skip
PICTURE_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
# Programs: a colleague who trusts the team's own files would start them.
PROGRAMS = {
    ".app", ".bat", ".cmd", ".com", ".cpl", ".dll", ".dmg", ".exe", ".hta", ".iso", ".jar", ".js",
    ".jse", ".lnk", ".msc", ".msi", ".msp", ".pif", ".ps1", ".reg", ".scr", ".sh", ".vb", ".vbe",
    ".vbs", ".ws", ".wsf",
}  # fmt: skip
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def clean_name(raw: str) -> str:
    """A file name without path, controls, direction marks or leading dots; "file" if none is left.

    The ending stays when a long name is cut.
    """
    text = PureWindowsPath(PurePosixPath(unicodedata.normalize("NFC", raw)).name).name
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    text = " ".join(text.split()).strip(". ")
    if not text or RESERVED.match(text):
        text = f"file-{text}".rstrip("-")
    stem, dot, ending = text.rpartition(".")
    if len(text) <= LONGEST_NAME:
        return text
    if not dot or len(ending) > 10:
        return text[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def ending(name: str) -> str:
    """The ending of a file name in lower case, with its dot; empty if it has none."""
    return PurePosixPath(name).suffix.lower()


def is_program(name: str) -> bool:
    """Whether a file of this name would be run by a click on it."""
    return ending(name) in PROGRAMS
