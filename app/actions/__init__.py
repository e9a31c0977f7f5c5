"""What the artist can ask for: one table of commands, bound to the model in one file for each group."""
