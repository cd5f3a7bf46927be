"""Numbers in addresses that no row can have: no such row, never a failure."""

import pytest

HUGE = "9" * 20
ADDRESSES = (
    "/tasks/new?after=%s",
    "/deals/new?contact=%s",
    "/deals/new?company=%s&stage=%s",
    "/deals?more=%s&upto=%s",
    "/files?before=%s",
    "/outbox?before=%s",
    "/batches?before=%s",
    "/import?before=%s",
    "/export?before=%s",
    "/?start=%s&gone=%s&done=%s",
)


@pytest.mark.parametrize("number", [HUGE, "-1", "x"])
def test_a_number_that_no_row_can_have_finds_nothing(browse, cast, number):
    olga = browse.signed_in("Olga")
    asked = {address: address.replace("%s", number) for address in ADDRESSES}
    found = {address: olga.get(url).status for address, url in asked.items()}
    assert {address: status for address, status in found.items() if status >= 500} == {}
