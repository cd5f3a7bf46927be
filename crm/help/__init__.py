"""The manual, served in the product."""
