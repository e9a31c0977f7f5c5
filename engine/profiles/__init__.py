"""Profiles on disk: one safetensors file each, never pickle."""

from engine.profiles.file import read_profile, write_profile

__all__ = ["read_profile", "write_profile"]
