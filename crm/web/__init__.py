"""The page kit: pages and fragments, access, errors, assets; knows no feature but accounts."""
