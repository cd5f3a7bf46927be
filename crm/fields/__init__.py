"""What a record has: built-in and custom fields, one definition for everything that reads them."""
