"""The day's list with its reasons."""
