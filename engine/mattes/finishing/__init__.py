"""Finishing mattes: one file an operation, on float32 planes, and the composition that keeps them watertight.

Order: de-chatter along tracks, refinement to the plate, holes and specks, grow, feather, border; then all parts
together are made to sum to 1.
"""
