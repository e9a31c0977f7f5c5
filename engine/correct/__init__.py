"""Correcting results: edits that respect locks, spreading them along the motion, and what to look at next."""
