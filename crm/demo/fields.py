"""Fields of the house in the demo: what Haselbach asks beside the usual."""

from crm.demo.people import People
from crm.demo.records import Records
from crm.fields import actions, queries

SECTORS = ("Crafts", "Energy", "Food", "Health", "Logistics", "Media")
# Company, sector, contract's end.
COMPANIES = (
    ("Hafen GmbH", "Logistics", "2027-06-30"),
    ("Helio Solar AG", "Energy", None),
    ("Kestrel Foods", "Food", "2027-03-31"),
    ("Zielona Energia", "Energy", None),
    ("Vogel & Söhne", "Crafts", "2026-12-31"),
    ("Cedar Clinics", "Health", None),
    ("Nordlicht Medien", "Media", None),
    ("Meridian Freight", "Logistics", "2028-01-31"),
)


def add(people: People, records: Records) -> None:
    """Add three fields and what some records say for them. Runs inside a transaction."""
    olga = people["Olga"]
    actions.create(
        "company",
        "Sector",
        "select",
        by=olga,
        help_text="Which of our references fits.",
        options=SECTORS,
    )
    actions.create("company", "Contract ends", "on", by=olga, help_text="With whom they are now.")
    actions.create(
        "contact", "Languages", "multi", by=olga, options=("English", "German", "Polish", "French")
    )
    sector, ends = queries.customs("company")
    words = {str(option.label): option.value for option in sector.options}
    for name, said, day in COMPANIES:
        values = {sector.key: words[said], ends.key: day}
        actions.set_values(records.companies[name], values, None)
    (languages,) = queries.customs("contact")
    tongues = {str(option.label): option.value for option in languages.options}
    for name, spoken in (("Mira Sommer", "English German"), ("Marta Nowak", "Polish English")):
        chosen = [tongues[word] for word in spoken.split()]
        actions.set_values(records[name], {languages.key: chosen}, None)
