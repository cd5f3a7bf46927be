"""Z2, O2: what exists and is another team's, or a mate's in a team set to "own only"."""

from sqlalchemy import update

from crm.accounts.models import Team
from crm.core.db import db, run
from tests.web.planted import KINDS
from tests.web.test_rights import GROUPS, Reader, routes, row_of, table, words_of

# What the house has of each.
HOUSES = dict.fromkeys(("policy_id", "pipeline_id", "stage_id", "rule_id", "pool_id", "tag_id"), 1)


def numbers_of(rule):
    return [one for one in rule.arguments if hasattr(rule._converters.get(one), "num_convert")]


def addresses(rule, planted):
    """The route's addresses for what is planted, one for each kind of record it is of."""
    for kind in KINDS if {"kind", "plural"} & rule.arguments else [""]:
        known = {**HOUSES, **vars(planted), "kind": kind, "plural": kind}
        if "record_id" in rule.arguments:
            known["record_id"] = planted.records.get(kind) or planted.contact_id
        if "number" in rule.arguments and rule.rule.startswith("/cells"):
            known["number"] = planted.contact_id
        known |= {"record": "contact", "key": planted.own["contact"]}
        is_other_kind = kind and not any(
            kind in words_of(rule, name) for name in ("kind", "plural")
        )
        if is_other_kind and "record_id" in rule.arguments:
            continue
        parts = {}
        for name in rule.arguments - set(rule.defaults or {}):
            items, word = words_of(rule, name), str(known.get(name, "1"))
            parts[name] = word if not items or word in items else min(items)
        yield rule.build(parts)[1]


def met(app, reader, planted, column, group):
    """What is not as the table says of things with a number, in the column of this reader."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    rows, wrong, count = table(), [], 0
    for rule, method in routes(app):
        if not numbers_of(rule):
            continue
        row = row_of(rule.rule, rows)
        says, is_let = row[column], group in GROUPS[row[method]]
        assert says != "-", f"{rule.rule} has a number: say what somebody of {column} meets"
        if says != "404" and (method == "POST" or not rule.arguments <= {*vars(planted), *HOUSES}):
            continue
        for url in addresses(rule, planted):
            count += 1
            status = reader.status(method, url)
            if status != (403 if not is_let else 404 if says == "404" else 200):
                wrong.append(f"{method} {url}: {status}, the table says {says}")
    return wrong, count


def test_z2_what_a_team_has_is_not_there_for_somebody_of_no_team(app, planted, browse):
    wrong, count = met(app, Reader(browse, "Sam"), planted, "STRANGER", "Mona")
    assert count > 150
    assert not wrong, "\n".join(wrong)


def test_o2_in_a_team_set_to_own_only_a_mate_s_records_are_not_there(app, planted, browse):
    _own_only()
    wrong, count = met(app, Reader(browse, "Finn"), planted, "MATE", "Eva")
    assert count > 150
    assert not wrong, "\n".join(wrong)


def test_o2_who_has_a_record_and_who_leads_the_team_see_it_still(planted, browse):
    _own_only()
    for name in ("Eva", "Mona", "Olga"):
        reader = Reader(browse, name)
        for kind in ("contacts", "companies", "deals", "tasks", "entries", "files"):
            status = reader.status("GET", f"/{kind}/{planted.records[kind]}")
            assert status in (200, 302, 303), (name, kind)


def test_o2_what_the_team_works_with_is_found_by_everybody_of_it(planted, browse):
    """Quizzes, sequences and segments are no records of people: own only does not hide them."""
    _own_only()
    finn = browse.signed_in("Finn")
    for kind, number in (("sequences", planted.sequence_id), ("quizzes", planted.quiz_id),
                         ("segments", planted.segment_id)):  # fmt: skip
        assert finn.get(f"/{kind}/{number}").status == 200, kind
    assert f"/sequences/{planted.sequence_id}" in finn.get("/search?q=nurture").html
    assert f"/quizzes/{planted.quiz_id}" in finn.get("/search?q=readiness").html


def _own_only():
    run(lambda: db.session.execute(update(Team).values(is_own_only=True)))
