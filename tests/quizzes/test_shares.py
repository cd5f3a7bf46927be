"""Passing a tier on: a picture drawn by the worker, a page that names nobody, a link beside it."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from crm.core.db import db, run
from crm.leads.models import Touch
from crm.quizzes import actions, jobs
from crm.quizzes.actions import languages as editing
from crm.quizzes.models import Quiz, ShareCard
from crm.quizzes.rules import languages
from crm.quizzes.rules.card import card
from crm.quizzes.rules.drawing import SIZE, draw
from crm.quizzes.rules.shape import ready


@pytest.fixture
def drawn(readiness):
    """The cards of the readiness check, drawn."""
    jobs.draw_cards(readiness)
    return readiness


def cards():
    db.session.expire_all()
    whole = select(ShareCard).options(undefer(ShareCard.picture)).order_by(ShareCard.id)
    return db.session.scalars(whole).all()


def of(tier_id):
    return next(one for one in cards() if one.tier_id == tier_id)


def meta(page, name):
    key = "name" if name.startswith("twitter:") else "property"
    return page.root.one("meta", **{key: name})["content"]


def test_publishing_gives_every_tier_an_address_and_the_worker_draws_it(readiness):
    assert [(one.tier_id, one.locale, one.look) for one in cards()] == [
        ("tier_cold", "en", ""),
        ("tier_warm", "en", ""),
        ("tier_hot", "en", ""),
    ]
    jobs.draw_cards(readiness)
    for one in cards():
        picture = Image.open(io.BytesIO(one.picture))
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        assert len(one.picture) < 60_000 and len(one.look) == 12


def test_the_picture_is_in_the_colours_of_the_quiz_and_changes_with_them(drawn):
    before = of("tier_hot").look
    colours = {"paper": "#101820", "surface": "#182430", "ink": "#f4f4f4", "accent": "#ffb703"}

    def work():
        quiz = db.session.get(Quiz, drawn)
        actions.share(
            quiz,
            slug="readiness",
            sender_id=None,
            embed_origins=[],
            result_days=180,
            colours=colours | {"on_accent": "#101820"},
        )

    run(work)
    jobs.sweep_cards()
    hot = of("tier_hot")
    picture = Image.open(io.BytesIO(hot.picture)).convert("RGB")
    assert hot.look != before
    assert picture.getpixel((1190, 10)) == (0x10, 0x18, 0x20)
    assert picture.getpixel((5, 300)) == (0xFF, 0xB7, 0x03)
    drawn_at = hot.drawn_at
    jobs.sweep_cards()
    assert of("tier_hot").drawn_at == drawn_at


def test_no_card_holds_a_score_or_a_name():
    spec = ready("readiness")
    shown = card(spec, "tier_warm", "en", "Haselbach", {})
    assert (shown.low, shown.high, shown.cuts) == (40, 81, (40, 81))
    assert shown.tier == "Nearly ready"
    assert shown.line == "One decision away from answering every enquiry in time."
    with pytest.raises(KeyError):
        card(spec, "tier_gone", "en", "", {})


def test_letters_no_font_has_are_left_out_and_long_words_fit():
    spec = ready("readiness") | {"name": "Готовность"}
    spec["tiers"][2]["shown_as"] = "Zażółć gęślą jaźń " * 12
    picture = Image.open(io.BytesIO(draw(card(spec, "tier_hot", "en", "X" * 200, {}))))
    assert picture.size == SIZE


def test_the_page_says_the_tier_and_leads_to_the_quiz(drawn, browse):
    hot = of("tier_hot")
    page = browse.get(f"/q/readiness/s/{hot.public_id}")
    assert page.status == 200 and page.root.one("h1").text == "Ready to start"
    assert page.has("People, tools and timing are in place to answer every enquiry.")
    assert "X-Robots-Tag" not in page.headers and not page.root.all("meta", name="robots")
    assert meta(page, "og:title") == "Readiness check: Ready to start"
    assert meta(page, "og:image:width") == "1200"
    assert meta(page, "twitter:card") == "summary_large_image"
    url = meta(page, "og:image")
    assert url.startswith("http") and url.endswith(f"/{hot.public_id}/en.png?v={hot.look}")
    picture = browse.client.get(url[url.index("/q/") :])
    assert picture.data == hot.picture and picture.content_type == "image/png"
    assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    buttons = [one for one in page.root.all("a") if one.has_class("primary")]
    assert [one.text for one in buttons] == ["Start"]
    browse.get(buttons[0]["href"])
    touch = db.session.scalars(select(Touch)).one()
    assert (touch.utm_source, touch.utm_campaign) == ("share", "tier_hot")


def test_before_it_is_drawn_the_page_stands_without_a_picture(readiness, browse):
    warm = of("tier_warm")
    page = browse.get(f"/q/readiness/s/{warm.public_id}")
    assert meta(page, "twitter:card") == "summary"
    assert browse.get(f"/q/readiness/s/{warm.public_id}/en.png").status == 404


def test_the_result_offers_a_link_that_is_not_its_own(drawn, prospect):
    page = prospect.finish("Ada").follow()
    link = page.by_id("share-link")["value"]
    assert link.endswith(f"/q/readiness/s/{of('tier_hot').public_id}") and "/r/" not in link
    shared = prospect.browse.get(link[link.index("/q/") :])
    for secret in ("Ada", "94", "nordhafen", "51 to 500"):
        assert not shared.has(secret)
    assert page.root.one("a", href=link).text == "See what others see"


def test_a_quiz_may_keep_its_results_to_themselves(drawn, prospect, browse, cast):
    done = prospect.finish("Ada").location
    card_ = of("tier_hot").public_id
    form = browse.signed_in("Max").get(f"/quizzes/{drawn}/sharing").form()
    del form.values["may_share"]
    assert form.submit().status == 303
    assert not browse.get(done).has("Pass it on")
    answer = browse.get(f"/q/readiness/s/{card_}")
    assert (answer.status, answer.location) == (303, "/q/readiness")
    assert browse.get(f"/q/readiness/s/{card_}/en.png").status == 404


def test_each_language_has_its_card_at_one_address(readiness, browse, prospect):
    def work():
        quiz = db.session.get(Quiz, readiness)
        editing.add(quiz, "de")
        words = {one.key: f"de: {one.source}" for one in languages.texts(quiz.draft)}
        editing.write(quiz, "de", words)
        actions.publish(quiz, by=None)

    run(work)
    jobs.draw_cards(readiness)
    found = [one for one in cards() if one.tier_id == "tier_hot" and one.version_id != 1]
    assert [one.locale for one in found] == ["en", "de"]
    assert found[0].public_id == found[1].public_id and found[0].picture != found[1].picture
    page = browse.get(f"/q/readiness/s/{found[0].public_id}?lang=de")
    assert page.root.one("h1").text == "de: Ready to start"
    assert "/de.png" in meta(page, "og:image")
    assert page.root.one("a", hreflang="en")["href"].endswith("?lang=en")


def test_a_shared_tier_outlives_its_version(drawn, browse):
    old = of("tier_hot").public_id

    def work():
        quiz = db.session.get(Quiz, drawn)
        spec = dict(quiz.draft)
        spec["tiers"] = [one | {"shown_as": "New words"} for one in spec["tiers"]]
        actions.save_draft(quiz, spec)
        actions.publish(quiz, by=None)

    run(work)
    page = browse.get(f"/q/readiness/s/{old}")
    assert page.root.one("h1").text == "Ready to start"
    assert db.session.scalar(select(func.count(ShareCard.id))) == 6


def test_the_team_sees_what_is_passed_on(drawn, browse, cast):
    page = browse.signed_in("Max").get(f"/quizzes/{drawn}")
    links = [one for one in page.root.all("a") if "/s/" in (one.get("href") or "")]
    assert [one.text for one in links] == ["Cold", "Warm", "Hot"]
    assert browse.get(links[2]["href"]).root.one("h1").text == "Ready to start"


@pytest.mark.parametrize("path", ["nothing", "nothing/en.png", "x" * 300])
def test_addresses_that_were_never_given(drawn, browse, path):
    assert browse.get(f"/q/readiness/s/{path}").status == 404
    assert browse.get(f"/q/other/s/{of('tier_hot').public_id}").status == 404
