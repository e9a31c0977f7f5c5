"""The timeline: what is known of every frame of a clip, the place in it, and the transport."""
