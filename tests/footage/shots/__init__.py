"""The shots, one file each."""
