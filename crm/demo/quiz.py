"""The readiness check of the demo, published as version 1."""

import copy

from crm.demo.people import People
from crm.quizzes import actions
from crm.quizzes.models import Quiz

READ = "Read “The first hour”"
PAPER = {
    "label": READ,
    "url": "https://haselbach.example/first-hour",
    "note": "5 minutes, no address needed",
}
# What the team of the demo has to offer; the scorecard as shipped has no paper and no site.
OFFERS = {
    "tier_cold": {
        "button": READ,
        "offer": {
            "title": "If you would like to read on",
            "text": "“The first hour”, two pages on who answers first, in the wording of four "
            "teams.",
            **PAPER,
        },
    },
    "tier_hot": {
        "offer": {
            "title": "To read until then",
            "text": "“The first hour”, two pages: the rule above in the wording of four teams, and "
            "what each of them changed after a month.",
            **PAPER,
        },
    },
}


def add(people: People) -> Quiz:
    """Add the quiz `readiness` of the Sales team, live, with Eva as its sender."""
    quiz = actions.create("Readiness check", "readiness", by=None, team_id=people.sales.id)
    quiz.slug = "readiness"
    quiz.sender_id = people["Eva"].id
    draft = copy.deepcopy(quiz.draft)
    draft["tiers"] = [tier | OFFERS.get(tier["id"], {}) for tier in draft["tiers"]]
    actions.save_draft(quiz, draft)
    actions.publish(quiz, by=people["Olga"] if "Olga" in people.users else None)
    return quiz
