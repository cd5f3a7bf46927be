"""What the clock and the worker do for quizzes."""

from crm.core.db import run
from crm.core.queue import job
from crm.quizzes import actions
from crm.quizzes.actions import cards, partial
from crm.quizzes.queries.cards import undrawn
from crm.quizzes.rules.card import Card
from crm.quizzes.rules.drawing import draw


@job
def abandon_idle() -> None:
    """Mark attempts left alone for half an hour; they stay open and may be resumed."""
    actions.abandon_idle()


@job
def ask_back() -> None:
    """Write a mail to whoever left an address and stopped an hour ago."""
    partial.ask_back()


@job(network=True, queue="bulk")
def draw_cards(quiz_id: int) -> None:
    """Draw the share cards of a quiz that have no picture, or an old one."""
    for card_id, wanted in list(undrawn(quiz_id)):
        _draw(card_id, wanted)


@job(network=True, queue="bulk")
def sweep_cards() -> None:
    """Draw what a lost bell left, and anew where a name or a colour has changed."""
    run(cards.plan_all)
    for card_id, wanted in list(undrawn()):
        _draw(card_id, wanted)


def _draw(card_id: int, wanted: Card) -> None:
    """Draw first, then keep it: no write waits for the drawing."""
    picture = draw(wanted)
    run(lambda: cards.keep(card_id, wanted.look, picture))
