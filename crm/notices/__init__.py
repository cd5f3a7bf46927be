"""The bell: what a person is told, and how."""
