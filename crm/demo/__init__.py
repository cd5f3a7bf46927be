"""The cast: demo data for a first look, and the people of every test."""
