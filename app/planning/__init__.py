"""What a job will take on this machine, told before it is started, and the dial that trades time for quality."""
