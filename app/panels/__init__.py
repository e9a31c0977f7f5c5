"""Panels of the window: each reads the model, asks it for changes, and holds no work of its own."""
