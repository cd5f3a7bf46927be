"""The benchmark: what a request costs, beside the least page that could show the same."""
