"""The way through a quiz: decided from stored answers only, jumps go to later questions."""

from crm.quizzes.rules.shape import Answers, Given, Question, Spec, choices, questions

END = "end"
GATE = "gate"


def next_id(spec: Spec, question: Question, given: Given | None) -> str:
    """The id of the question after `question`, END after the last.

    The first chosen option that names a target wins, then the question's own, then the order.
    """
    return _next([one["id"] for one in questions(spec)], question, given)


def _next(order: list[str], question: Question, given: Given | None) -> str:
    if given is not None:
        for choice in choices(question):
            if choice.get("next") and choice["id"] in given.options:
                return str(choice["next"])
    if question.get("next"):
        return str(question["next"])
    place = order.index(question["id"]) + 1
    return order[place] if place < len(order) else END


def walk(spec: Spec, answers: Answers, to_the_end: bool = False) -> list[str]:
    """The ids on the way, up to and including the first unanswered question.

    With `to_the_end`, on from there as if no answer jumped.
    """
    known = {question["id"]: question for question in questions(spec)}
    order = [*known]
    way: list[str] = []
    at = order[0] if order else END
    while at in known and at not in way:
        way.append(at)
        if at not in answers and not to_the_end:
            break
        at = _next(order, known[at], answers.get(at))
    return way


def is_finished(spec: Spec, answers: Answers) -> bool:
    """Whether every question on the way is answered."""
    return all(question in answers for question in walk(spec, answers))


def shortest(spec: Spec, start: str) -> int:
    """How many questions are left at least, `start` included."""
    order = [question["id"] for question in questions(spec)]
    left = {END: 0}
    for question in reversed(questions(spec)):
        targets = {next_id(spec, question, None)}
        targets |= {str(choice["next"]) for choice in choices(question) if choice.get("next")}
        later = [left[target] for target in targets if target in left]
        left[question["id"]] = 1 + min(later, default=0)
    return left.get(start, 0) if start in order else 0


def progress(spec: Spec, answers: Answers) -> int:
    """Per cent done: answered / (answered + shortest way left), in whole numbers."""
    way = walk(spec, answers)
    if not way:
        return 100
    done = [question for question in way if question in answers]
    left = 0 if len(done) == len(way) else shortest(spec, way[-1])
    return 100 * len(done) // (len(done) + left)


def gate_place(spec: Spec, way: list[str]) -> int | None:
    """Before which place of the way the contact form stands; None where there is none.

    `gate` is before, after:<question>, before_result, teaser or none.
    """
    gate = str(spec.get("gate") or "before_result")
    if gate == "none":
        return None
    if gate == "before":
        return 0
    if gate.startswith("after:"):
        question = gate.removeprefix("after:")
        return way.index(question) + 1 if question in way else len(way)
    return len(way)


def steps(spec: Spec, answers: Answers, has_lead: bool) -> list[str]:
    """What is opened so far: the questions of the way with the contact form in its place."""
    way = walk(spec, answers)
    place = gate_place(spec, way)
    is_whole = all(question in answers for question in way)
    if place is None or (place == len(way) and not is_whole):
        return way
    if not has_lead:
        way = way[:place]
    return [*way[:place], GATE, *way[place:]]
