"""Correcting a result: spread, suggest, locks, swaps, areas, and what a re-run changed."""
