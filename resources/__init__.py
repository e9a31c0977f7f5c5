"""Data that ships with SMITE Studio: the sample shot, part lists, presets, icons, documentation."""
