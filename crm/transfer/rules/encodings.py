"""Which letters the bytes of a text file mean: by its marks, else by whose words they make.

Programs of old leave no mark. Of the encodings in which all bytes mean something, the one wins
whose letters beyond ASCII all belong to one language, or one script, and stand in words of it.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from flask_babel import lazy_gettext as _l

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
LOOKED_AT = 64 * 1024  # bytes of the lines that hold more than ASCII
WEST = ("äöüß", "éèêëàâçîïôùûüœæ", "áéíóúñüªº", "ãõáéíóúâêôçàªº", "àèéìíòóùú", "äöåéø", "æøåé",
        "éëïóöüèê", "áðéíóúýþæö")  # fmt: skip
CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșşțţ", "čćđšž")
CYRILLIC = "абвгґдђеёєжзѕиіїйјклљмнњопрстћќуўфхцчџшщъыьэюяѓ"
GREEK = "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ"
# The letters that most words of a script are made of.
FREQUENT = {CYRILLIC: "оеаинтсрвлкмдпуяі", GREEK: "αάοόιίεέτσςνηήυύρπκλμωώ"}
SELDOM, DOUBTFUL = 0.2, 0.3  # what such a letter, and a mark such as £ or “, takes away
# The first one wins where two read alike: what is usual stands in front.
ALPHABETS: dict[str, tuple[str, ...]] = {
    "cp1252": WEST,
    "cp1250": CENTRAL,
    "mac_roman": WEST,
    "cp1254": ("çğıöşüâîİ",),
    "cp1251": (CYRILLIC,),
    "koi8_r": (CYRILLIC,),
    "cp1253": (GREEK,),
    "cp949": (),
    "cp932": (),
    "euc_jp": (),
    "big5": (),
    "gb18030": (),
}
# The first bytes of the usual characters in the standards of China, Taiwan, Japan, and Korea.
USUAL = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5": ("big5", 0xA4, 0xC6),
    "cp932": ("euc_jp", 0xB0, 0xCF),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "cp949": ("euc_kr", 0xB0, 0xC8),
}
MARKS_OF_TEXT = frozenset("–—„“”‚‘’‹›«»€£°§·…•´®©™№½¼¾²³ª¿¡\xa0　、。，．・「」（）：；～！？￥")
# What people may choose, in their words.
OFFERED = [
    ("utf-8", _l("Unicode (UTF-8)")), ("utf-8-sig", _l("Unicode (UTF-8 with a mark)")),
    ("utf-16", _l("Unicode (UTF-16)")), ("utf-16-le", _l("Unicode (UTF-16, little end)")),
    ("utf-16-be", _l("Unicode (UTF-16, big end)")), ("cp1252", _l("Western Europe (Windows)")),
    ("latin-1", _l("Western Europe (ISO 8859-1)")),
    ("iso8859_15", _l("Western Europe with € (ISO 8859-15)")),
    ("mac_roman", _l("Western Europe (Mac)")), ("cp850", _l("Western Europe (DOS)")),
    ("cp1250", _l("Central Europe (Windows)")), ("iso8859_2", _l("Central Europe (ISO 8859-2)")),
    ("cp1251", _l("Cyrillic (Windows)")), ("koi8_r", _l("Cyrillic (KOI8-R)")),
    ("cp1253", _l("Greek (Windows)")), ("cp1254", _l("Turkish (Windows)")),
    ("cp932", _l("Japanese (Shift JIS)")), ("euc_jp", _l("Japanese (EUC)")),
    ("cp949", _l("Korean (Windows, EUC-KR)")), ("gb18030", _l("Chinese, simplified (GB 18030)")),
    ("big5", _l("Chinese, traditional (Big5)")),
]  # fmt: skip


def guessed(lines: Iterable[bytes]) -> str:
    """The encoding of lines that are not UTF-8."""
    sample = b"".join(_telling(lines))[:LOOKED_AT]
    scores = {name: _score(name, sample) for name in ALPHABETS}
    known = {name: score for name, score in scores.items() if score is not None}
    best = max(known, key=lambda name: known[name], default="latin-1")  # the first of equals
    return "cp1252" if known.get(best, 1) <= 0 and "cp1252" in known else best


def _telling(lines: Iterable[bytes]) -> Iterable[bytes]:
    """The lines that hold more than ASCII, as many as tell."""
    size = 0
    for line in lines:
        if not line.isascii():
            yield line
            size += len(line)
            if size > LOOKED_AT:
                return


def _score(name: str, sample: bytes) -> float | None:
    """How well a text reads in an encoding, 1 at best; None where bytes mean nothing in it."""
    try:  # the sample may end within a letter
        text = codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return None
    beyond = [n for n, letter in enumerate(text) if not letter.isascii()]
    letters = [text[n] for n in beyond if text[n] not in MARKS_OF_TEXT]
    if not letters:
        return 1.0
    if name in USUAL:
        share: float = sum(_is_usual(name, one) for one in letters)
    else:
        share = max(_share(known, letters) for known in ALPHABETS[name])
    odd = sum(_is_odd(text, n, name) for n in beyond)
    marks = 1 - len(letters) / len(beyond)
    return (share - odd) / len(letters) - DOUBTFUL * marks


def _share(alphabet: str, letters: Sequence[str]) -> float:
    """How many of the letters are of an alphabet; those it seldom needs count less."""
    known = [one for one in letters if one in alphabet or one.lower() in alphabet]
    often = FREQUENT.get(alphabet, alphabet)
    return len(known) - SELDOM * sum(not (one in often or one.lower() in often) for one in known)


@lru_cache(maxsize=16384)
def _is_usual(name: str, letter: str) -> bool:
    if name in {"cp932", "euc_jp"} and "぀" <= letter <= "ヿ":
        return True
    standard, first, last = USUAL[name]
    try:
        return first <= letter.encode(standard)[0] <= last
    except UnicodeEncodeError:
        return False


def _is_odd(text: str, place: int, name: str) -> bool:
    """Whether a letter cannot stand where it does: among those of another script, or a capital
    behind a small one.
    """
    letter, before = text[place], text[place - 1 : place] if place else ""
    if not letter.isalpha():
        return letter not in MARKS_OF_TEXT
    if letter.isupper() and before.isalpha() and before.islower():
        return True
    is_latin = name in {"cp1252", "cp1250", "cp1254", "mac_roman"}
    near = before + text[place + 1 : place + 2]
    return not is_latin and bool(re.search("[A-Za-z]", near))
