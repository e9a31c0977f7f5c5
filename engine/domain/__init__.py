"""Plain values that every room of the engine and the window share. Imports nothing of ours but errors."""
