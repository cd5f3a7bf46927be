"""Attachments: stored once, checked at each download."""
