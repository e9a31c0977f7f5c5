"""Lanes of the timeline, one file for each kind."""
