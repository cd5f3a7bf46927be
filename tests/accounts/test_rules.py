"""Passwords, roles and opening hours, by the rule."""

import pytest

from crm.accounts import rules
from crm.accounts.actions.passwords import HASHER, NOBODY, hash_password, is_right


@pytest.mark.parametrize(("password", "is_fine"), [
    ("seven green kettles", True),
    ("a" * 64 + "bcd" * 21 + "e", True),
    ("ten chars!", True),
    ("nine char", False),
    ("x1" * 65, False),
    ("password123", False),
    ("Password123", False),
    ("1234567890", False),
    ("qwertyuiop", False),
    ("aaaaaaaaaaaa", False),
    ("Eva Lindqvist", False),
    ("eva@haselbach.example", False),
    ("日本語日本語のことばです", True),
])  # fmt: skip
def test_a1_passwords(password, is_fine):
    problem = rules.password_problem(password, "Eva Lindqvist", "eva@haselbach.example")
    assert (problem is None) is is_fine, problem


def test_a1_no_rule_about_signs_and_digits():
    assert rules.password_problem("onlysmallletters") is None


def test_an_unknown_person_takes_the_same_work_and_never_comes_in():
    assert not HASHER.check_needs_rehash(NOBODY)
    assert not is_right(None, "nobody has this password")


def test_a1_the_hash_is_argon2id_with_19_mib_two_passes_one_lane():
    stored = hash_password("seven green kettles")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not HASHER.check_needs_rehash(stored)


def test_a1_a_weaker_hash_is_renewed_at_sign_in(browse, person, write):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("seven green kettles")
    write(lambda: setattr(person("Eva"), "password_hash", weak))
    form = browse.get("/login").form("/login", email="eva@haselbach.example")
    form.submit(password="seven green kettles")
    assert person("Eva").password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a1_one_way_of_writing_an_accent():
    from crm.accounts.actions.passwords import _matches

    assert _matches(hash_password("cafe\u0301 au lait"), "caf\u00e9 au lait")


def test_a1_at_most_four_hashes_at_once(monkeypatch):
    import threading
    import time

    from crm.accounts.actions import passwords

    now, most = [], []

    class Slow:
        def hash(self, text):
            now.append(1)
            most.append(len(now))
            time.sleep(0.02)
            now.pop()
            return text

    monkeypatch.setattr(passwords, "HASHER", Slow())
    threads = [threading.Thread(target=hash_password, args=("x",)) for _n in range(12)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(most) == 12 and max(most) == 4


def test_who_may_make_whom():
    assert rules.may_give("owner", "owner") and rules.may_give("admin", "admin")
    assert not rules.may_give("admin", "owner") and not rules.may_give("manager", "rep")


def test_openings_of_a_day():
    assert rules.openings_problem([(540, 720), (720, 1020)]) is None
    assert rules.openings_problem([(780, 1020), (540, 790)]) == "Two openings overlap."
    assert rules.openings_problem([(540, 540)]) == "It closes before it opens."
