"""Signs of a machine behind an attempt: one alone keeps nobody out, but a filled trap does."""

FASTEST_SECONDS = 2
DISPOSABLE = frozenset(
    {
        "10minutemail.com",
        "discard.email",
        "dispostable.com",
        "fakeinbox.com",
        "getnada.com",
        "guerrillamail.com",
        "guerrillamail.info",
        "mailinator.com",
        "maildrop.cc",
        "mintemail.com",
        "sharklasers.com",
        "spambog.com",
        "temp-mail.org",
        "tempmail.com",
        "throwawaymail.com",
        "trashmail.com",
        "yopmail.com",
    }
)
WORDS = {
    "fast": "a page was answered in under two seconds",
    "trap": "a field that people cannot see was filled in",
    "network": "many results in ten minutes from one network",
    "address": "many results in a day for one address",
    "disposable": "an address that is thrown away after use",
}


def verdict(signs: list[str]) -> str:
    """ "quarantined" for a filled trap or two signs, else nothing."""
    return "quarantined" if "trap" in signs or len(set(signs)) > 1 else ""


def is_disposable(email: str) -> bool:
    """Whether the address belongs to a service of throw-away addresses."""
    return email.rpartition("@")[2].lower() in DISPOSABLE
