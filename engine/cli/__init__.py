"""The command line: one file a verb, each a thin loop over a job."""
