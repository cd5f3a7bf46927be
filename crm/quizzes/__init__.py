"""The editor and the prospect's pages."""
