"""Result folders: labels, scores and the record of a segmented clip, shared by every backbone (CONTRACTS)."""
