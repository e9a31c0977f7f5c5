"""The built-in backbone: learns a shot from its painted frames, without pretrained weights.

`draft.draft` runs without torch, so that the first labels do not wait for its import; `learn.learn` and
`segment.segment` need it.
"""
