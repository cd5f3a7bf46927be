"""Finding, merging, un-merging."""
