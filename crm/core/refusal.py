"""Refused: a rule said no, in words for a person."""


class Refused(Exception):
    """A rule refuses the act; `message` says cause and way out, `field` names the input."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(Refused):
    """Somebody else changed the record meanwhile: answered with 409 and both values.

    `fields` maps a field's name to (theirs, mine).
    """

    def __init__(
        self, message: str, fields: dict[str, tuple[object, object]] | None = None
    ) -> None:
        super().__init__(message)
        self.fields = fields or {}
