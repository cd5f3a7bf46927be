"""Intake, routing, answer clocks, lifecycle."""
