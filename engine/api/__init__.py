"""The verbs that the window and the command line call, one file each. Heavy packages are imported inside."""
