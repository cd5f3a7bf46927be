"""Outbox, templates, delivery, unsubscribing."""
