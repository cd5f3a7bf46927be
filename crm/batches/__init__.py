"""Work over many records: planned, tried dry, done in small pieces, told row by row, undone."""
