"""The people of the demo with their records."""

from tests.contacts.conftest import demo  # noqa: F401
