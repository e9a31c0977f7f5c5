"""Driving engine jobs from the window."""
