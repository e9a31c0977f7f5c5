"""Smart selection: superpixels, GrabCut, live-wire, and SAM 2 where its weights are on this machine."""
