"""People we sell to; their addresses, tags and consents."""
