"""What people did with records before pages are looked at: long work, files, fields, leaving."""

import json
import re
from types import SimpleNamespace
from urllib.parse import urlsplit

from flask import Flask

from crm.core import signing
from tests.scenarios.walker import Walker

PEOPLE = (
    "Kundennummer;Vorname;Nachname;E-Mail;Firma;Notiz\r\n"
    "17;Jörg;Weiß;joerg@weiss.example;Weiß & Co;ruft gern an\r\n"
    "18;Bad;Mail;not-an-address;;\r\n"
)
# Somebody who does not work here has these people: who stands for them is asked.
FAIR = "E-Mail;Name;Owner\r\njoerg@weiss.example;Jörg Weiß;Old Olaf\r\nbad;Bad Mail;\r\n"


class RecordsStory:
    """Adds to `ids` what the pages of records need beside the demo data."""

    def __init__(self, house, ids):
        self.house, self.ids = house, ids
        self.mona, self.adam = house.as_("mona"), house.as_("adam")
        self._keep_lists()
        self._work_on_many()
        self._bring_files()
        self._somebody_leaves()
        self._withdraw()
        self._never_again()
        for name, query in LOOKED_UP.items():
            ids[name] = house.value(query)
        draft = json.loads(house.value("SELECT draft FROM sequence"))
        ids["step"] = draft["steps"][0]["key"]
        self._sign()

    def _keep_lists(self):
        """Mona's view, segment and export."""
        page = self.mona.get("/views/new?record=contact&query=tier%3Dhot%26columns%3Dname,email")
        page.fill("Name", "Hot ones").press("Save view")
        page = self.mona.get("/segments/new?filter=quiz_level.is:hot")
        page.fill("Name", "Hot since autumn").press("Save segment")
        self.mona.get("/exports/new?record=contact").press("Write the file")

    def _work_on_many(self):
        """One act that only says what it would do, and one that is done."""
        for name in ("batch", "batch_done"):
            chosen = "".join(f"&id={one}" for one in self.house.column(SOME))
            page = self.mona.get(f"/batches/new?record=contact{chosen}&act=contacts.tag")
            page = page.fill("Tag", "spring fair").press("Look what would change")
            self.ids[name] = _number(page, r"/batches/(\d+)")
        done = page.press("Do it for 3")
        assert "Done" in done.text, done.text[:400]

    def _bring_files(self):
        """A table that waits for its columns, and one that was brought in; files of a company."""
        sent = ("people.csv", PEOPLE.encode("cp1252"))
        page = self.mona.get("/import").press_with("Upload", file=sent)
        self.ids["import"] = _number(page, r"/import/(\d+)")
        page = self.mona.get("/import").press_with(
            "Upload", file=("fair.csv", FAIR.encode("cp1252"))
        )
        page = page.press("See what would happen")
        self.ids["import_values"] = _number(page, r"/import/(\d+)/values")
        page = page.press("See what would happen")
        self.ids["import_looked_at"] = _number(page, r"/batches/(\d+)")
        hafen = self.house.value("SELECT id FROM company WHERE name = 'Hafen GmbH'")
        page = self.mona.get(f"/companies/{hafen}/files")
        page = page.press_with("Save files", files=("Offer 2026-11.txt", b"Offer\n"))
        assert "Offer 2026-11.txt" in page.text, page.text[:400]

    def _somebody_leaves(self):
        """Tom came, has a contact, and what he has was handed to Eva."""
        page = self.adam.get("/settings/users").fill("Email", "tom@haselbach.example")
        invitation = urlsplit(page.press("Invite").root.one(id="link")["value"]).path
        tom = Walker(self.house.url)
        page = tom.get(invitation).fill("Your name", "Tom Reuter")
        page = page.fill("Password", "four words in a row 7").press("Make my account")
        assert page.status == 200, page.text[:400]
        page = tom.get("/contacts/new").fill("Name", "Nils Overbeck").press("Add contact")
        assert page.status == 200, page.text[:400]
        number = self.house.value("SELECT id FROM user WHERE name = 'Tom Reuter'")
        eva = self.house.value("SELECT id FROM user WHERE name LIKE 'Eva %'")
        page = self.adam.get(f"/settings/users/{number}/leaving").fill("Contacts", str(eva))
        page = page.press("Show what would happen")
        self.ids["leave"] = _number(page, r"/batches/(\d+)")
        assert page.press("Do it for 1").status == 200
        done = "SELECT change_set_id FROM batch WHERE id = ?"
        self.ids["change"] = self.house.value(done, self.ids["leave"])

    def _withdraw(self):
        """Noor closed the page of her result."""
        page = Walker(self.house.url).get(self.ids["result_noor"] + "/withdrawal")
        assert page.press("Close this page").status in (200, 410)

    def _never_again(self):
        page = self.adam.get("/settings/mail/suppressions").fill("Address", "gone@partner.example")
        assert page.fill("Why", "Asked on the phone").press("Write no more").status == 200

    def _sign(self):
        """Links as mails that are not written yet will hold them."""
        key = (self.house.tend.data / "secret_key").read_text().strip()
        app = Flask("signer")
        app.extensions["tend.config"] = {"SECRET_KEY": key, "SECRET_KEY_FALLBACKS": []}
        with app.app_context():
            attempt = self.house.value("SELECT max(id) FROM attempt WHERE state <> 'completed'")
            self.ids["resume"] = signing.sign("resume", attempt)
            link = SimpleNamespace(**self.house.row("SELECT id, version FROM task WHERE id = ?",
                                                    self.ids["task"]))  # fmt: skip
            at = int(self.house.clock.now.timestamp())
            hash_ = signing.keyed_hash("address", "ada@nordhafen.example")
            self.ids["own_data"] = signing.sign("data", [[self.ids["ada"]], hash_, at])
            held = [self.ids["eva"], "task", link.id, link.version]
            self.ids["day_link"] = signing.sign("task", held, timed=True)


SOME = "SELECT id FROM contact WHERE deleted_at IS NULL ORDER BY id LIMIT 3"
LOOKED_UP = {
    "ada": "SELECT id FROM contact WHERE name = 'Ada Lorenz'",
    "ben": "SELECT id FROM contact WHERE name = 'Ben Haas'",
    "dora": "SELECT id FROM contact WHERE name = 'Dora Klein'",
    "mira": "SELECT id FROM contact WHERE name = 'Mira Sommer'",
    "hafen": "SELECT id FROM company WHERE name = 'Hafen GmbH'",
    "eva": "SELECT id FROM user WHERE name LIKE 'Eva %'",
    "deal": "SELECT min(id) FROM deal WHERE id NOT IN (SELECT deal_id FROM closure)",
    "call": "SELECT min(entry.id) FROM entry JOIN user ON user.id = entry.user_id"
    " WHERE kind = 'call' AND user.name LIKE 'Eva %'",
    "closed_deal": "SELECT min(deal_id) FROM closure",
    "task": "SELECT id FROM task WHERE title LIKE 'Call Ada%'",
    "quiz": "SELECT id FROM quiz WHERE slug = 'readiness'",
    "attempt": "SELECT min(id) FROM attempt WHERE state = 'completed'",
    "sequence": "SELECT min(id) FROM sequence",
    "mail": "SELECT min(id) FROM outbox WHERE kind = 'nurture'",
    "team": "SELECT min(id) FROM team",
    "pool": "SELECT min(id) FROM pool",
    "rule": "SELECT min(id) FROM routing_rule",
    "last_rule": "SELECT max(id) FROM routing_rule",
    "policy": "SELECT min(id) FROM answer_policy",
    "pipeline": "SELECT min(id) FROM pipeline",
    "stage": "SELECT min(id) FROM stage",
    "tag": "SELECT min(id) FROM tag",
    "view": "SELECT min(id) FROM saved_view",
    "segment": "SELECT min(id) FROM segment",
    "export": "SELECT min(id) FROM export",
    "suppression": "SELECT min(id) FROM suppression WHERE lifted_at IS NULL",
    "field": "SELECT id FROM custom_field WHERE label = 'Sector'",
    "option": "SELECT min(o.id) FROM field_option o JOIN custom_field f ON f.id = o.field_id"
    " WHERE f.label = 'Sector'",
    "way": "SELECT min(e.id) FROM contact_email e JOIN contact c ON c.id = e.contact_id"
    " WHERE c.name = 'Ada Lorenz'",
}


def _number(page, pattern):
    found = re.search(pattern, page.path)
    assert page.status == 200 and found, (page.status, page.path, page.text[:400])
    return int(found[1])
