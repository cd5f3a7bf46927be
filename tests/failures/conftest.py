"""A house of its own for each failure, with a secret the test knows."""

import pytest

from tests.failures.crowd import SECRET, until_quiet
from tests.scenarios.conftest import House


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/failures/" in item.nodeid:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def house(tmp_path):
    found = House(tmp_path, SECRET_KEY=SECRET)
    until_quiet(found)
    yield found
    found.stop()
