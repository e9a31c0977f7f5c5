"""The viewer: image, overlay, and the tools that turn gestures into label edits."""
