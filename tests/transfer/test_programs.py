"""I1: which columns are known in the exports of other programs, and which are left out."""

import pytest

from crm.transfer.queries import labels
from crm.transfer.rules.guessing import guess
from crm.transfer.rules.texts import split

# The header names of each program's own export, each with the field it goes to ("" for none).
FILES = {
    "HubSpot, people": ("contact", """
        Record ID: id | First Name: first_name | Last Name: last_name | Email: email
        Phone Number: phone | Contact owner: owner | Primary Associated Company: company
        Last Activity Date: | Lead Status: | Marketing contact status: | Create Date:
        Associated Company: | Company owner: | Mobile Phone Number: phone | Job Title: job_title
        Lifecycle Stage: lifecycle | Associated Company IDs: | Time Zone: timezone
        Preferred language: locale | Original Source: source | Created by user ID:"""),
    "HubSpot, people, one name of a company": ("contact", """
        Record ID - Contact: id | Record ID - Company: | Associated Company: company"""),
    "HubSpot, people, German": ("contact", """
        Datensatz-ID: id | Vorname: first_name | Nachname: last_name | E-Mail: email
        Telefonnummer: phone | Zuständiger Mitarbeiter für Kontakt: owner
        Primäres zugeordnetes Unternehmen: company | Datum der letzten Aktivität: | Lead-Status:
        Erstelldatum: | Lifecycle-Phase: lifecycle | Jobbezeichnung: job_title"""),
    "HubSpot, companies": ("company", """
        Record ID: id | Company name: name | Company owner: owner | Create Date: | Industry:
        Phone Number: phone | Last Activity Date: | City: city | Country/Region: country
        Company Domain Name: domain | Number of Employees: size | Parent Company: parent
        Associated Contact: | Street Address: street | Postal Code: postcode | Website URL: website
        """),
    "HubSpot, deals": ("deal", """
        Record ID: id | Deal Name: name | Deal Stage: stage | Close Date: close_on
        Deal owner: owner | Amount: amount | Pipeline: pipeline | Associated Contact: contact
        Associated Company: company | Closed Lost Reason: lost_reason | Create Date:
        Company owner: | Currency: currency | Last Activity Date:"""),
    "Pipedrive, people": ("contact", """
        Person - ID: id | Person - Name: name | Person - First name: first_name
        Person - Last name: last_name | Person - Label: tags | Person - Organization: company
        Person - Email - Work: email | Person - Email - Home: email | Person - Email - Other: email
        Person - Phone - Work: phone | Person - Phone - Mobile: phone | Person - Open deals:
        Person - Owner: owner | Person - Person created: | Person - Update time:
        Person - Last activity date: | Organization - Name: | Organization - Address:
        Organization - Owner: | Organization - ID: | Person - Job title: job_title"""),
    "Pipedrive, people, German": ("contact", """
        Person - ID: id | Person - Name: name | Person - Organisation: company
        Person - E-Mail - Arbeit: email | Person - Telefon - Mobil: phone
        Person - Besitzer: owner | Person - Nächste Aktivität am: | Organisation - Adresse:"""),
    "Pipedrive, names of companies alone": ("contact", """
        Person - Name: name | Organization - Name: company"""),
    "Pipedrive, companies": ("company", """
        Organization - ID: id | Organization - Name: name | Organization - Label:
        Organization - Address: street | Organization - Owner: owner | Organization - People:
        Organization - City/town/village/locality of Address:
        Organization - Website: website | Person - Name: | Person - Phone - Work:"""),
    "Pipedrive, deals": ("deal", """
        Deal - ID: id | Deal - Title: name | Deal - Value: amount
        Deal - Currency of Value: currency | Deal - Organization: company
        Deal - Contact person: contact | Deal - Stage: stage | Deal - Pipeline: pipeline
        Deal - Owner: owner | Deal - Expected close date: close_on | Deal - Status:
        Deal - Lost reason: lost_reason | Deal - Deal created: | Person - ID: | Organization - ID:
        """),
    "Pipedrive, deals with an address": ("deal", """
        Deal - Title: name | Person - Name: | Person - Email - Work: contact
        Organization - Name: company | Organization - Address:"""),
    "Pipedrive, deals, German": ("deal", """
        Deal - Titel: name | Deal - Wert: amount | Deal - Phase: stage
        Deal - Kontaktperson: contact | Deal - Organisation: company
        Deal - Erwartetes Abschlussdatum: close_on"""),
    "Salesforce, people": ("contact", """
        Salutation: | First Name: first_name | Last Name: last_name | Title: job_title
        Account Name: company | Mailing Street: | Mailing City: | Phone: phone | Fax:
        Mobile: phone | Email: email | Account Owner: | Contact Owner: owner | Lead Source: source
        Contact ID: id | Account ID: | Created Date: | Assistant Phone: | Email Opt Out:"""),
    "Salesforce, people, German": ("contact", """
        Anrede: | Vorname: first_name | Nachname: last_name | Accountname: company
        Telefon: phone | Mobil: phone | E-Mail: email | Kontaktinhaber: owner
        Account-Inhaber: | Lead-Quelle: source | Kontakt-ID: id"""),
    "Salesforce, companies": ("company", """
        Account Name: name | Account Owner: owner | Account ID: id | Parent Account: parent
        Billing Street: street | Billing City: city | Billing Zip/Postal Code: postcode
        Billing Country: country | Phone: phone | Fax: | Website: website | Employees: size
        Industry: | Description: note"""),
    "Salesforce, deals": ("deal", """
        Opportunity Name: name | Account Name: company | Amount: amount
        Amount Currency: currency | Stage: stage | Close Date: close_on
        Opportunity Owner: owner | Opportunity ID: id | Primary Contact: contact
        Account Owner: | Lead Source: source | Probability (%): | Loss Reason: lost_reason"""),
    "ActiveCampaign": ("contact", """
        ID: id | Email: email | First Name: first_name | Last Name: last_name | Phone: phone
        Account: company | Job Title: job_title | Tags: tags | Date Created: | Last Updated:
        IP: | Lists: | Score:"""),
    "Google": ("contact", """
        First Name: first_name | Middle Name: | Last Name: last_name | Nickname: | File As:
        Organization Name: company | Organization Title: job_title | Organization Department:
        Birthday: | Notes: note | Photo: | Labels: tags | E-mail 1 - Label:
        E-mail 1 - Value: email | E-mail 2 - Label: | E-mail 2 - Value: email | Phone 1 - Label:
        Phone 1 - Value: phone | Address 1 - Street: | Website 1 - Value:"""),
    "Google, older": ("contact", """
        Name: name | Given Name: first_name | Family Name: last_name | Group Membership: tags
        E-mail 1 - Type: | E-mail 1 - Value: email | Phone 1 - Type: | Phone 1 - Value: phone
        Organization 1 - Name: company | Organization 1 - Title: job_title"""),
    "Outlook": ("contact", """
        Title: | First Name: first_name | Last Name: last_name | E-mail Address: email
        E-mail 2 Address: email | E-mail Type: | Home Phone: phone | Business Phone: phone
        Business Phone 2: phone | Mobile Phone: phone | Business Fax: | Home Fax: | Pager:
        Company Main Phone: | Assistant's Phone: | Company: company | Job Title: job_title
        Manager's Name: | Business Street: | Web Page: | Notes: note | Categories: tags"""),
    "Outlook, German": ("contact", """
        Anrede: | Vorname: first_name | Nachname: last_name | Firma: company | Abteilung:
        Beruf: | Position: job_title | Fax geschäftlich: | Telefon geschäftlich: phone
        Telefon Firma: | Telefon privat: phone | Mobiltelefon: phone | E-Mail-Adresse: email
        E-Mail-Typ: | E-Mail 2: Adresse: email | Notizen: note | Kategorien: tags | Pager:
        Sprache: locale | Privat: | Konto:"""),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_i1_the_columns_of_other_programs_are_known_and_none_is_guessed_wrongly(app, name):
    record, text = FILES[name]
    pairs = [one.strip().rsplit(":", 1) for line in text.splitlines() for one in line.split(" | ")]
    said = {pair[0]: pair[1].strip() for pair in pairs if pair != [""]}
    with app.test_request_context():
        # A number to call in each cell: what only its name tells to be a fax is no phone.
        row = ["+49 30 1234567" if "Fax" in one or "Firma" in one else "x" for one in said]
        found = guess(list(said), [row], labels(record))
    assert dict(zip(said, (one or "" for one in found), strict=True)) == said


def test_i1_who_wrote_a_row_is_not_whom_it_is_about():
    known = {"email": "E-mail", "name": "Name"}
    cells = [["Ada", "eva@house.example", "ada@x.example"]]
    assert guess(["Name", "Created by", "Whatever"], cells, known) == ["name", None, "email"]


def test_i1_several_values_of_a_google_cell_are_told_apart():
    assert split(["ada@x.example ::: a.l@y.example"]) == ["ada@x.example", "a.l@y.example"]


@pytest.mark.parametrize("name", ["Company Phone", "Firmentelefon", "Organization phone number"])
def test_i1_the_number_of_a_company_is_nobodys_own(name):
    people = {"name": "Name", "email": "E-mail", "phone": "Phone"}
    cells = [["Ada", "030 1234567", "030 7654321"]]
    assert guess(["Name", name, "Reach me"], cells, people) == ["name", None, "phone"]
    assert guess(["Name", name], cells, {"name": "Name", "domain": "Domain", "phone": "Phone"}) == [
        "name",
        "phone",
    ]
