"""What every other part stands on; knows no feature and no page."""
