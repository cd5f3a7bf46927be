"""How each kind of record is found, added and changed by an import."""

from crm.transfer.writers.base import Writer
from crm.transfer.writers.companies import CompanyWriter
from crm.transfer.writers.contacts import ContactWriter
from crm.transfer.writers.deals import DealWriter

WRITERS: dict[str, Writer] = {
    "contact": ContactWriter(),
    "company": CompanyWriter(),
    "deal": DealWriter(),
}

__all__ = ["WRITERS", "Writer"]
