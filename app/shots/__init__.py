"""Many shots in the window: the list, running it, the matrix of stability, and the way from there into Review."""
