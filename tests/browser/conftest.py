"""One running product for all browser tests, people signed in once, and strict windows."""

import os
import shutil
from pathlib import Path

import pytest

from tests.browser.story import Story
from tests.browser.window import Windows
from tests.scenarios.conftest import House

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason="no Chromium: install it or set CHROMIUM"))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
    }


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    """The shipped command with demo data, a mail server and a clock at Tuesday 13:00."""
    house = House(tmp_path_factory.mktemp("browser"))
    yield house
    house.stop()


@pytest.fixture(scope="session")
def story(product):
    """What happened before the pages are looked at: Ada, Ben and Dora answered the quiz."""
    return Story(product)


@pytest.fixture(scope="session")
def _windows(browser, product):
    return Windows(browser, product)


@pytest.fixture
def windows(_windows):
    """`windows.of("eva")` opens one; what the browser complains of fails the test."""
    yield _windows
    complaints = _windows.close()
    assert complaints == []
