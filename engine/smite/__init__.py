"""The SMITE backbone: parts learned on Stable Diffusion's attention, from references of any images of a class."""
