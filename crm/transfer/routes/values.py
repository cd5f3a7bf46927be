"""Words of a file that Tend does not know: what each of them is to mean."""

from typing import Any

from flask import abort, request, url_for
from flask_login import current_user

from crm.transfer import actions, deciding, queries
from crm.transfer.models import Import
from crm.transfer.routes.importing import after_mapping, bp
from crm.transfer.rules.mapping import ADDED, NOTHING
from crm.web.access import needs
from crm.web.forms import Form
from crm.web.page import changed, page, perform


@bp.get("/import/<int:import_id>/values")
@needs("import_records")
def values(import_id: int):
    found = _mapped(import_id)
    if not found.sample.get("unknown"):
        return changed(url_for(".show", import_id=import_id))
    return page("transfer/values.html", **_asked(found, Form(formdata=None)))


@bp.post("/import/<int:import_id>/values")
@needs("import_records")
def decide(import_id: int):
    found, form = _mapped(import_id), Form()
    said = _said(found)
    if perform(form, lambda: actions.decide(found, current_user, said)):
        return changed(after_mapping(_mapped(import_id)))
    return page("transfer/values.html", status=422, **_asked(_mapped(import_id), form, said))


def _mapped(import_id: int) -> Import:
    return queries.import_for(current_user, import_id) or abort(404)


def _said(found: Import) -> dict[tuple[int, str], str]:
    """What was chosen for each word, by the column's place and the folded word."""
    return {
        (asked["place"], folded): request.form.get(f"value-{asked['place']}-{number}", "")
        for asked in found.sample.get("unknown", ())
        for number, folded in enumerate(asked["words"])
    }


def _asked(
    found: Import, form: Form, said: dict[tuple[int, str], str] | None = None
) -> dict[str, Any]:
    columns, known = deciding.columns_of(found), queries.labels(found.record)
    groups = []
    for asked in found.sample["unknown"]:
        place, column = asked["place"], columns[asked["place"]]
        key = column.key or ""
        offer = deciding.offer_of(found, key, current_user)
        chosen = {
            folded: said[place, folded] if said else _usual(column.values.get(folded), offer)
            for folded in asked["words"]
        }
        if key == "tags" and not said:
            chosen = {
                folded: column.values.get(folded, written).removeprefix(ADDED)
                for folded, (written, _count) in asked["words"].items()
            }
        named = {"label": known.get(key, column.name), "name": column.name, "key": key}
        groups.append({**asked, **named, "offer": offer, "chosen": chosen})
    return {"found": found, "form": form, "groups": groups}


def _usual(before: str | None, offer: deciding.Offer) -> str:
    """What was said of a word before; else its rows are refused."""
    if before is None:
        return ""
    if not before:
        return NOTHING
    adds = [answer for answer in offer.adds if before.startswith(answer)]
    if before.startswith(ADDED):
        return adds[0] if adds else ""
    return f"={before}" if before in offer.choices else ""
