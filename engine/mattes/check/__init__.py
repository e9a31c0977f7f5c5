"""The delivery check: is what lies in a folder fit to be handed on."""
