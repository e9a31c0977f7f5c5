"""What helps when something goes wrong: the log, the dialogue after a fault, and a page of facts to copy."""
