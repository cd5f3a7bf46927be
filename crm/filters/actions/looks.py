"""How somebody wants their lists to look, on whatever device they sign in."""

from collections.abc import Mapping

from crm.accounts.models import User


def keep_looks(by: User, record: str, said: Mapping[str, str]) -> None:
    """Keep `columns` and `widths` of a kind of list, each as its query string says it.

    What is not said stays; an empty text is as usual.
    """
    looks = {**(by.looks or {}).get(record, {}), **said}
    kept = {name: text for name, text in looks.items() if text}
    rest = {key: one for key, one in (by.looks or {}).items() if key != record}
    by.looks = {**rest, record: kept} if kept else rest or None
