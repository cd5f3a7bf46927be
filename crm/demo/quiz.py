"""The readiness check of the demo, published as version 1."""

from crm.demo.people import People
from crm.quizzes import actions
from crm.quizzes.models import Quiz


def add(people: People) -> Quiz:
    """Add the quiz `readiness` of the Sales team, live, with Eva as its sender."""
    quiz = actions.create("Readiness check", "readiness", by=None, team_id=people.sales.id)
    quiz.slug = "readiness"
    quiz.sender_id = people["Eva"].id
    actions.publish(quiz, by=people["Olga"] if "Olga" in people.users else None)
    return quiz
