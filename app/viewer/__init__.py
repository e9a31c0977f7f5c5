"""The review viewer: a clip's frames with their result, in every way an artist looks at a matte."""
