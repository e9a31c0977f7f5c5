"""One file for each tab of the window: which widgets it has, and how they are joined."""
