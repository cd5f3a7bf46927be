"""Change sets: who changed what and why; audit and undo, written by the transaction itself."""
