"""Pipelines, stages, deals, closing and reopening."""
