"""Which field a column is: from its name in several languages, else from what stands in it."""

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache

from crm.contacts.rules import fold

MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# As people write numbers to call: from abroad, from the trunk, or in the American groups. Days
# and the numbers of customers are digits too.
PHONE = re.compile(
    r"(?:\+|00[1-9]|\()[\d\s()/.-]{6,19}|0[1-9][\d\s()/.-]{7,17}"
    r"|1?[ .-]?\d{3}[ .-]\d{3}[ .-]\d{4}"
)
DAY = re.compile(r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}(?:[T\s].*)?")
SITE = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
NUMBERED = re.compile(r"\d+(value|type)?$")
ENOUGH = 0.6
# What a column of addresses or numbers says of them in its name, folded; else they are of work.
KINDS = {
    "mobile": ("mobil", "handy", "cell"),
    "private": ("privat", "home", "personal"),
    "other": ("other", "sonstig", "andere"),
}

# Folded words of a column's name, without blanks; the first that fits decides.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("externalid", "recordid", "kundennummer", "customerid", "contactid", "id"),
    "email": ("email", "emailaddress", "mail", "emailadresse", "mailadresse", "courriel",
              "correo", "emailwork", "workemail", "businessemail", "emailprivate", "emailprivat",
              "privateemail", "homeemail", "personalemail", "emailother", "otheremail"),
    "first_name": ("firstname", "givenname", "vorname", "prenom", "nombre", "first"),
    "last_name": ("lastname", "surname", "familyname", "nachname", "nomdefamille",
                  "apellido", "last"),
    "name": ("name", "fullname", "contact", "contactname", "ansprechpartner", "person",
             "deal", "dealname", "opportunity",
             "kontakt", "nom"),
    "phone": ("phone", "phonenumber", "telephone", "telefon", "tel", "mobile", "mobilephone",
              "handy", "mobil", "telefonnummer", "telefono", "phonework", "workphone",
              "businessphone", "officephone", "phoneprivate", "privatephone", "homephone",
              "telefonprivat", "privattelefon", "phoneother", "otherphone", "phonemobile",
              "mobilenumber", "cellphone", "cell", "mobilnummer", "handynummer"),
    "company": ("company", "companyname", "organization", "organisation", "account", "accountname",
                "firma", "unternehmen", "societe", "entreprise", "empresa"),
    "job_title": ("jobtitle", "title", "position", "role", "funktion", "beruf", "poste", "cargo"),
    "owner": ("owner", "contactowner", "dealowner", "companyowner", "besitzer", "zustandig",
              "verkaufer"),
    "lifecycle": ("lifecycle", "lifecyclestage", "status", "leadstatus"),
    "tags": ("tags", "tag", "labels", "label", "schlagworte", "keywords", "gruppen", "groups"),
    "source": ("source", "leadsource", "quelle", "herkunft", "originalsource"),
    "locale": ("language", "sprache", "langue", "idioma", "locale"),
    "timezone": ("timezone", "zeitzone"),
    "domain": ("domain", "companydomain", "companydomainname", "domains"),
    "parent": ("parentcompany", "parent", "parentaccount", "parentorganization", "holding",
               "mutterfirma", "muttergesellschaft", "konzern"),
    "website": ("website", "websiteurl", "url", "web", "homepage", "internet"),
    "street": ("street", "streetaddress", "address", "strasse", "adresse", "rue", "anschrift"),
    "postcode": ("postcode", "postalcode", "zip", "zipcode", "plz", "postleitzahl", "codepostal"),
    "city": ("city", "town", "stadt", "ort", "ville", "ciudad"),
    "country": ("country", "land", "pays", "pais", "countryregion"),
    "size": ("size", "employees", "numberofemployees", "mitarbeiter", "companysize"),
    "amount": ("amount", "value", "dealvalue", "betrag", "wert", "montant", "dealamount"),
    "close_on": ("closedate", "expectedclosedate", "abschluss", "abschlussdatum", "closingdate"),
    "lost_reason": ("lostreason", "closedlostreason", "lossreason", "verlustgrund"),
    "lifecycle_reason": ("disqualificationreason", "disqualifiedreason", "unqualifiedreason"),
    "stage": ("stage", "dealstage", "phase", "etape"),
    "pipeline": ("pipeline",),
    "note": ("note", "notes", "notiz", "notizen", "comment", "comments", "kommentar", "bemerkung",
             "description", "beschreibung"),
    "created_at": ("createdate", "created", "createdat", "angelegt", "erstellt"),
}  # fmt: skip
# Whom a deal in a file is with: an address is one person's, a name perhaps of several.
PERSON = ("contact", "contactname", "contactfullname", "contactperson", "person", "kontakt",
          "kontaktname", "kontaktperson", "ansprechpartner")  # fmt: skip
ADDRESS = (*NAMES["email"], "contactemail", "contactemailaddress", "contactmail", "kontaktemail",
           "kontaktmail", "primarycontactemail", "ansprechpartneremail")  # fmt: skip
DOMAIN = (*NAMES["domain"], "companyemaildomain", "companymaildomain", "firmendomain")


@lru_cache(maxsize=512)
def kind_of(header: str) -> str:
    """What a column of addresses or numbers says of them: work, private, mobile or other."""
    name = key_of(header)
    said = (kind for kind, marks in KINDS.items() if any(mark in name for mark in marks))
    return next(said, "work")


def key_of(header: str) -> str:
    """A column's name as it is compared: folded, without anything but letters and digits."""
    return "".join(WORD.findall(fold(header)))


def guess(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: Mapping[str, str]
) -> list[str | None]:
    """The field of each column, or None. `known` maps the fields there are to their labels.

    A field that takes one value is given once, to the first column that fits; e-mail and phone
    of people may come from several. Our own names decide before those of other programs, and
    those before content.
    """
    by_name = names_of(known)
    if "contact" in known:
        by_name = _of_deals(header, by_name)
    found: list[str | None] = [by_name.get(key_of(name)) for name in header]
    for place, name in enumerate(header):
        if found[place] is None:
            found[place] = _by_number(key_of(name), by_name) or _by_content(
                [row[place] for row in rows if place < len(row)], known
            )
    # Only people have several addresses and numbers.
    return _once(found, {"email", "phone", "tags", "note"} if "email" in known else {"note"})


def names_of(known: Mapping[str, str]) -> dict[str, str]:
    """What columns may be called, as it is compared, with the field that each name means."""
    found = {name: key for key, names in NAMES.items() if key in known for name in names}
    found |= {key_of(label): key for key, label in known.items()}
    if "company" not in known:  # a list of companies calls their name so
        found |= dict.fromkeys(NAMES["company"], "name")
    return found


def named(cell: str, names: Set[str]) -> str:
    """The known name that a cell says, without the number of a further one; "" for none."""
    name = key_of(cell)
    bare = NUMBERED.sub("", name)
    return next((one for one in (name, bare) if one in names), "")


def _of_deals(header: Sequence[str], by_name: dict[str, str]) -> dict[str, str]:
    """By whom and by what a file of deals names its people and companies, the surest of each."""
    names = {key_of(name) for name in header}
    found = by_name | dict.fromkeys(PERSON, "contact") | dict.fromkeys(ADDRESS, "contact")
    if names & {*ADDRESS}:
        found = {name: key for name, key in found.items() if name not in PERSON}
    if not any(found.get(name) == "company" for name in names):
        found |= dict.fromkeys(DOMAIN, "company")
    return found


def _by_number(name: str, by_name: Mapping[str, str]) -> str | None:
    """ "Email 2" and "Phone 1 - Value" are further addresses and numbers."""
    bare = NUMBERED.sub("", name)
    key = by_name.get(bare)
    return key if key in {"email", "phone"} and not name.endswith("type") else None


def _by_content(cells: Sequence[str], known: Mapping[str, str]) -> str | None:
    filled = [cell.strip() for cell in cells if cell.strip()]
    for key, pattern in (("email", MAIL), ("website", SITE), ("phone", PHONE)):
        if key in known and filled:
            fitting = [c for c in filled if pattern.fullmatch(c) and not DAY.fullmatch(c)]
            share = len(fitting) / len(filled)
            # Short numbers are in many columns: a phone column is nearly all phones.
            if share >= (0.9 if key == "phone" else ENOUGH) and len(filled) >= 1:
                return key
    return None


def _once(found: list[str | None], several: Set[str]) -> list[str | None]:
    taken: set[str] = set()
    kept: list[str | None] = []
    for key in found:
        kept.append(None if key in taken and key not in several else key)
        if key:
            taken.add(key)
    return kept
