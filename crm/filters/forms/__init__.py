"""What people may type about filters."""

from crm.filters.forms.keeping import SegmentForm, ViewForm

__all__ = ["SegmentForm", "ViewForm"]
