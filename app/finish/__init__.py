"""Finish & Export: how mattes are finished, what they look like before and after, and what leaves."""
