"""Import and export: what people bring from spreadsheets, and take with them."""
