"""Conditions over the fields of records, and what people keep of them: views and segments."""
