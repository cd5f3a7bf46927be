"""What merging offers to lists."""

from crm.duplicates.bulk import BATCHES

__all__ = ["BATCHES"]
