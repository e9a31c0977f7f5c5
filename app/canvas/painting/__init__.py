"""The arithmetic of painting, free of Qt: brushes, shapes, regions, and how a label meets what is there."""
