"""Numbers of companies are found in any spelling; numbers and days of own fields are found."""

import phonenumbers
import sqlalchemy as sa
from alembic import op

from crm.core.phones import digits, parse_phone
from crm.search.rules import TAIL, words_of_name, words_of_phone

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    country = bind.execute(sa.text("SELECT country FROM workspace")).scalar() or ""
    # What was kept of numbers, which may have been changed since: backwards behind the mark.
    olds = bind.execute(
        sa.text(
            "SELECT it.record_id AS number, it.word, company.name FROM search_word AS it "
            "JOIN company ON company.id = it.record_id "
            "WHERE it.kind = 'company' AND it.word >= :tail AND it.word < :till"
        ),
        {"tail": TAIL, "till": TAIL + "\U0010ffff"},
    ).all()
    gone = [
        {"number": number, "word": one}
        for number, word, name in olds
        for one in {word, word[len(TAIL) :][::-1]} - {*words_of_name(name)}
    ]
    if gone:
        taken = (
            "DELETE FROM search_word "
            "WHERE kind = 'company' AND record_id = :number AND word = :word"
        )
        bind.execute(sa.text(taken), gone)
    rows = bind.execute(sa.text("SELECT id, phone FROM company WHERE phone <> ''")).all()
    words = [
        {"number": number, "word": word}
        for number, typed in rows
        for word in _words(typed, country)
    ]
    if words:
        added = "INSERT INTO search_word (kind, record_id, word) VALUES ('company', :number, :word)"
        bind.execute(sa.text(f"{added} ON CONFLICT DO NOTHING"), words)
    # The clock writes their words anew, in small pieces.
    bind.execute(
        sa.text(
            "INSERT INTO search_field (field_id, after) SELECT id, 0 FROM custom_field "
            "WHERE kind IN ('number', 'on') AND archived_at IS NULL ON CONFLICT DO NOTHING"
        )
    )


def _words(typed: str, country: str) -> list[str]:
    e164 = parse_phone(typed, country)
    code = str(phonenumbers.parse(e164, None).country_code) if e164 else ""
    return sorted(set(words_of_phone(e164, digits(e164 or typed), code)))


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
