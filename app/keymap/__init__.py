"""Keys: presets, the artist's own, the sheet that shows and changes them, and the command palette."""
