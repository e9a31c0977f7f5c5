"""Messages to the artist: one entry point, one bar, one dialogue."""
