"""The demo's companies and contacts beside the cast, for the pages of records."""

import pytest

from crm.demo import records


@pytest.fixture
def demo(app, cast, write):
    """Numbers of the demo records by name: demo["Mira Sommer"], demo["Hafen GmbH"]."""

    def add():
        made = records.add(cast)
        return {name: row.id for name, row in {**made.contacts, **made.companies}.items()}

    return write(add)
