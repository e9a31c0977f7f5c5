"""Long work: short jobs step by step in the window's thread, heavy ones in worker processes."""
