"""The stories of docs/spec/scenarios.md against the shipped command, with real mail."""
