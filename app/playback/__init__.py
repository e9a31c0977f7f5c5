"""Where the artist is in a clip, and how it plays."""
