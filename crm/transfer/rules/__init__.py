"""Reading and writing files of records, without a database."""
