"""The shipped product in Chromium: pages, flows and scenario A as people see them."""
