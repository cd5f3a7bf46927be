"""The timeline; notes, calls, tasks and reminders."""
