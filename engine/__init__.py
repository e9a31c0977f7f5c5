"""The headless engine of SMITE Studio: learns painted parts and segments clips. Knows nothing of Qt."""
