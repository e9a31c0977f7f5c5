"""The model manager: what each feature needs, under which licence, and the downloads."""
