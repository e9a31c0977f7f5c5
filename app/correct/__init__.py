"""Correcting a result in the Review workspace: brush, spread, teach; locks and notes."""
