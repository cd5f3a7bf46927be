"""Places in a long list, as they come back in the query string."""

import pytest

from crm.core import keyset

MOST = 9_223_372_036_854_775_807


@pytest.mark.parametrize("number", [0, -1, MOST, -MOST - 1])
def test_a_place_comes_back_as_it_was_packed(number):
    assert keyset.unpack(keyset.pack("ä", number), str, int) == ("ä", number)


@pytest.mark.parametrize("number", [MOST + 1, -MOST - 2, 10**60])
def test_numbers_that_no_column_holds_are_no_place(number):
    assert keyset.unpack(keyset.pack("a", number), str, int) is None


def test_numbers_too_long_to_read_are_no_place():
    assert keyset.unpack(keyset.pack("a")[:-4] + "OTk5" * 90, str) is None
    assert keyset.unpack(keyset.pack(True), int) is None
