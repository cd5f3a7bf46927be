"""What columns are called, by field: in several languages, and in the exports of other programs.

All names are folded and hold letters and digits alone. Of two columns for one field the one whose
name stands further in front is taken: "Job Title" before the "Title" that is "Dr.".
"""

from collections.abc import Mapping

Names = Mapping[str, tuple[str, ...]]

COMMON: Names = {
    "id": ("externalid", "recordid", "datensatzid", "kundennummer", "customerid", "id"),
    "email": ("email", "emailaddress", "mail", "emailadresse", "mailadresse", "courriel",
              "correo", "emailwork", "workemail", "businessemail", "emailprivate", "emailprivat",
              "privateemail", "homeemail", "personalemail", "emailother", "otheremail",
              "email2address", "email3address", "email2adresse", "email3adresse",
              "emailhome", "emailarbeit", "emailgeschaftlich", "emailsonstige", "emailsonstiges",
              "additionalemailaddresses", "weitereemailadressen"),
    "first_name": ("firstname", "givenname", "vorname", "prenom", "nombre", "first"),
    "last_name": ("lastname", "surname", "familyname", "nachname", "nomdefamille",
                  "apellido", "last"),
    "phone": ("phone", "phonenumber", "telephone", "telefon", "tel", "mobile", "mobilephone",
              "handy", "mobil", "telefonnummer", "telefono", "phonework", "workphone",
              "businessphone", "officephone", "phoneprivate", "privatephone", "homephone",
              "telefonprivat", "privattelefon", "phoneother", "otherphone", "phonemobile",
              "mobilenumber", "mobilephonenumber", "cellphone", "cell", "mobilnummer",
              "handynummer", "mobiltelefon", "mobiltelefonnummer", "phones", "telefone",
              "phonehome", "phonenumbers", "telefongeschaftlich", "telefonarbeit", "telefonmobil",
              "telefonhandy", "telefonsonstige", "telefonsonstiges", "primaryphone",
              "haupttelefon", "weiterestelefon", "businessphone2", "homephone2",
              "telefongeschaftlich2", "telefonprivat2", "mobiltelefon2"),
    "company": ("company", "companyname", "organization", "organisation", "account", "accountname",
                "firma", "firmenname", "unternehmen", "unternehmensname", "societe", "entreprise",
                "empresa", "organizationname", "organization1name", "organisationname",
                "nameorganisation", "primaryassociatedcompany", "primareszugeordnetesunternehmen",
                "associatedcompany", "zugeordnetesunternehmen", "zugehorigesunternehmen",
                "customeraccount"),
    "owner": ("owner", "ownername", "ownerfullname", "besitzer", "zustandig", "verkaufer",
              "zustandigermitarbeiter", "inhaber"),
    "tags": ("tags", "tag", "labels", "label", "schlagworte", "schlagworter", "keywords",
             "gruppen", "groups", "groupmembership", "categories", "kategorien"),
    "source": ("source", "leadsource", "quelle", "leadquelle", "herkunft", "originalsource",
               "originaltrafficsource", "originalquelle"),
    "locale": ("language", "preferredlanguage", "sprache", "bevorzugtesprache", "langue", "idioma",
               "locale"),
    "timezone": ("timezone", "zeitzone"),
    "domain": ("domain", "companydomain", "companydomainname", "domains", "domainname",
               "unternehmensdomain", "domainnamedesunternehmens"),
    "parent": ("parentcompany", "parent", "parentaccount", "parentorganization", "holding",
               "mutterfirma", "muttergesellschaft", "konzern", "ubergeordnetesunternehmen",
               "ubergeordneteraccount"),
    "website": ("website", "websiteurl", "url", "web", "webpage", "webseite", "homepage",
                "internet", "website1value"),
    "street": ("street", "streetaddress", "address", "strasse", "adresse", "rue", "anschrift",
               "billingstreet", "billingaddress", "businessstreet", "strassegeschaftlich",
               "rechnungsstrasse", "rechnungsanschriftstrasse", "address1street"),
    "postcode": ("postcode", "postalcode", "zip", "zipcode", "plz", "postleitzahl", "codepostal",
                 "zippostalcode", "addresszippostalcode", "billingzippostalcode",
                 "businesspostalcode", "postleitzahlgeschaftlich", "rechnungsplz",
                 "rechnungspostleitzahl", "adressepostleitzahl", "address1postalcode"),
    "city": ("city", "town", "stadt", "ort", "ville", "ciudad", "addresscitytownvillagelocality",
             "billingcity", "businesscity", "ortgeschaftlich", "rechnungsort",
             "adressestadtortgemeinde", "address1city"),
    "country": ("country", "land", "pays", "pais", "countryregion", "landregion",
                "addresscountry", "billingcountry", "businesscountryregion", "adresseland",
                "landregiongeschaftlich", "rechnungsland", "address1country"),
    "size": ("size", "employees", "numberofemployees", "mitarbeiter", "companysize",
             "anzahldermitarbeiter", "mitarbeiterzahl"),
    "amount": ("amount", "value", "dealvalue", "betrag", "wert", "montant", "dealamount"),
    "currency": ("currency", "wahrung", "currencyofvalue", "amountcurrency", "dealcurrency",
                 "opportunitycurrency", "wertwahrung", "wahrungdeswerts"),
    "close_on": ("closedate", "expectedclosedate", "abschluss", "abschlussdatum", "closingdate",
                 "schlusstermin", "erwartetesabschlussdatum", "voraussichtlichesabschlussdatum"),
    "lost_reason": ("lostreason", "closedlostreason", "lossreason", "verlustgrund",
                    "grundfurverlust"),
    "lifecycle_reason": ("disqualificationreason", "disqualifiedreason", "unqualifiedreason"),
    "stage": ("stage", "dealstage", "phase", "dealphase", "etape"),
    "pipeline": ("pipeline",),
    "note": ("note", "notes", "notiz", "notizen", "comment", "comments", "kommentar", "bemerkung",
             "description", "beschreibung"),
}  # fmt: skip

# Names that mean something of one kind of record alone: in a file of people, "Company owner" is
# not whose the person is, nor are the words of "Lead Status" those of a lifecycle.
OF: Mapping[str, Names] = {
    "contact": {
        "id": ("contactid", "personid", "kontaktid"),
        "name": ("name", "fullname", "contact", "contactname", "ansprechpartner", "person",
                 "kontakt", "kontaktname", "nom", "vollstandigername"),
        "job_title": ("jobtitle", "title", "position", "jobbezeichnung", "berufsbezeichnung",
                      "role", "funktion", "poste", "cargo", "organizationtitle",
                      "organization1title", "beruf"),
        "owner": ("contactowner", "kontaktinhaber", "kontaktzustandiger",
                  "zustandigermitarbeiterfurkontakt", "kontaktbesitzer"),
        "lifecycle": ("lifecycle", "lifecyclestage", "lifecyclephase", "status"),
    },
    "company": {
        "id": ("companyid", "accountid", "organizationid", "unternehmensid"),
        "name": ("name", "nom"),
        "owner": ("companyowner", "accountowner", "organizationowner", "accountinhaber",
                  "zustandigermitarbeiterfurunternehmen"),
    },
    "deal": {
        "id": ("dealid", "opportunityid"),
        "name": ("name", "dealname", "deal", "opportunityname", "opportunity", "title", "titel",
                 "dealtitle", "dealtitel", "nom"),
        "owner": ("dealowner", "opportunityowner", "dealbesitzer", "opportunityinhaber",
                  "zustandigermitarbeiterfurdeal", "dealzustandiger"),
    },
}  # fmt: skip

# Whom a deal in a file is with: an address is one person's, a name perhaps of several.
PERSON = ("contact", "contactname", "contactfullname", "contactperson", "person", "personname",
          "kontakt", "kontaktname", "kontaktperson", "ansprechpartner", "primarycontact",
          "associatedcontact", "zugeordneterkontakt")  # fmt: skip
ADDRESS = (*COMMON["email"], "contactemail", "contactemailaddress", "contactmail", "kontaktemail",
           "kontaktmail", "primarycontactemail", "ansprechpartneremail")  # fmt: skip
DOMAIN = (*COMMON["domain"], "companyemaildomain", "companymaildomain", "firmendomain")

# How other programs begin the name of a column, where it tells of which record it is:
# "Person - Name", "Organization - Name".
HEADS: Mapping[str, str] = {
    **dict.fromkeys(("person", "contact", "kontakt"), "contact"),
    **dict.fromkeys(("organization", "organisation", "company"), "company"),
    **dict.fromkeys(("unternehmen", "firma", "firmen"), "company"),
    **dict.fromkeys(("deal", "opportunity", "geschaft"), "deal"),
}
COUNTED = ("people", "personen")  # "Organization - People" is how many of them are known there
# Words of columns that hold other people's addresses, or numbers nobody talks at: what stands in
# them says nothing.
OTHERS = ("fax", "telex", "pager", "assist", "ruckmeldung", "callback", "isdn", "companymainphone",
          "telefonfirma", "owner", "inhaber", "besitzer", "zustandig", "createdby", "modifiedby",
          "updatedby", "erstelltvon", "geandertvon", "creator", "assigned", "manager", "bounce",
          "optedout", "yomi", "texttelefon")  # fmt: skip
