"""The first start: one page makes the workspace and its owner, by a link from the console."""

from flask import Blueprint, redirect

from crm.accounts import actions, queries
from crm.accounts.actions.house import FirstAnswers
from crm.accounts.forms import SetUpForm
from crm.accounts.public import tries
from crm.accounts.public.reset import hashed
from crm.accounts.public.sign_in import enter
from crm.deals import actions as deals
from crm.history.writing import because
from crm.web.access import public
from crm.web.page import page, perform

bp = Blueprint("setup", __name__)


@bp.get("/setup")
@public("says where the set-up link is found")
def index():
    if queries.is_set_up():
        return redirect("/login", 303)
    return page("accounts/setup_link.html")


@bp.get("/setup/<text>")
@public("the set-up form behind the link of the console; opening it uses nothing up")
def show(text):
    if queries.is_set_up():
        return redirect("/login", 303)
    if queries.token("setup", text) is None:
        return page("accounts/setup_link.html", status=410)
    return page("accounts/setup.html", form=SetUpForm(formdata=None, timezone="Europe/Berlin"))


@bp.post("/setup/<text>")
@public("makes the first account: 256 random bits, once, within the hour, empty database only")
def create(text):
    if queries.is_set_up():
        return redirect("/login", 303)
    if queries.token("setup", text) is None:
        return page("accounts/setup_link.html", status=410)
    form = SetUpForm()
    token = form.validate() and perform(form, _set_up, text, form, hashed(form))
    if token:
        return enter(token, False, None)
    if queries.is_set_up():  # another post of this link was first
        return redirect("/login", 303)
    return page("accounts/setup.html", status=422, form=form)


def _set_up(text: str, form: SetUpForm, password_hash: str) -> str:
    answers = FirstAnswers(
        company=form.company.data,
        name=form.name.data,
        email=form.email.data,
        timezone=form.timezone.data,
        hours=form.weekly(),
    )
    owner = actions.set_up(text, answers, password_hash)
    because("setup.create", by_id=owner.id)
    deals.create_default_pipeline()
    return actions.sign_in(owner, how="set-up", **tries.browser())
