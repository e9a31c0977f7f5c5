"""The preferences window: one page for each concern, every change at work at once."""
