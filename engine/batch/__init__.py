"""Many shots: shot lists, and running them on this machine or on a cluster."""
