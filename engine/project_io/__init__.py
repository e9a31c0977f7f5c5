"""Projects on disk: a folder with versioned JSON, label PNGs, a journal against crashes, and a lock with its owner."""
