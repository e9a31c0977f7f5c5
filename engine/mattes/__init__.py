"""From scores to deliverables: mattes per part, label maps, review videos."""
