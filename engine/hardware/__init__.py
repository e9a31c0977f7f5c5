"""The machine: its devices and their memory, what it was measured to do, and what a job will take on it."""
