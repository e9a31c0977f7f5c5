"""The document: small objects for each concern over one undo stack, the only place where work is changed."""
