"""The Qt front end of SMITE Studio."""
