"""The profile file: safetensors, with everything that is not a tensor as JSON in one header key."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.atomic import write_bytes
from engine.domain.parts import PartSet
from engine.domain.profile import BACKBONES, ModelIdentity, Profile
from engine.errors import READING_FAULTS, InputError

SCHEMA_VERSION = 1
HEADER_KEY = "smite_studio_profile"
_TENSOR, _THUMBNAIL = "tensor/", "thumbnail/"


def write_profile(path: Path, profile: Profile) -> None:
    """Writes `profile` whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    names = list(profile.thumbnails)
    header = {
        "schema_version": SCHEMA_VERSION,
        "parts": profile.parts.to_json(),
        "backbone": profile.backbone,
        "settings": dict(profile.settings),
        "training": dict(profile.training),
        "model": {"id": profile.model.id, "config_hash": profile.model.config_hash} if profile.model else None,
        "thumbnails": names,
        "licence": profile.licence,
    }
    tensors: dict[str, NDArray[Any]] = {
        f"{_TENSOR}{name}": np.ascontiguousarray(value) for name, value in profile.tensors.items()
    }
    for index, name in enumerate(names):
        tensors[f"{_THUMBNAIL}{index}"] = np.ascontiguousarray(profile.thumbnails[name])
    write_bytes(path, save(tensors, metadata={HEADER_KEY: json.dumps(header, ensure_ascii=False)}))


def read_profile(path: Path) -> Profile:
    """Reads a profile, whole into memory (a mapped file could not be replaced on Windows).

    Raises:
        InputError: The file is missing, damaged, no profile, or from a newer version.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"The profile '{path}' cannot be read ({error.strerror or error}).") from error
    header = header_of(path, data)
    try:
        return _profile(header, load(data))
    except READING_FAULTS + (SafetensorError,) as error:
        raise InputError(f"The profile '{path}' is damaged ({error}). Train it again, or use a copy.") from error


def header_of(path: Path, data: bytes) -> Mapping[str, Any]:
    """Returns the header of a profile, given at least the head of its file.

    Raises:
        InputError: It is no profile, from a newer version, or for a backbone that this version does not have.
    """
    try:
        (length,) = struct.unpack("<Q", data[:8])
        metadata = json.loads(data[8 : 8 + length])["__metadata__"]
        header = json.loads(metadata[HEADER_KEY])
        version = int(header["schema_version"])
    except READING_FAULTS + (struct.error,) as error:
        raise InputError(
            f"'{path}' is no SMITE Studio profile. Give the .safetensors file that `smite-studio train` wrote."
        ) from error
    if version > SCHEMA_VERSION:
        raise InputError(
            f"The profile '{path}' was written by a newer version (schema {version}; this one reads {SCHEMA_VERSION}). "
            "Update SMITE Studio to use it."
        )
    if header.get("backbone") not in BACKBONES:
        raise InputError(
            f"The profile '{path}' needs the backbone '{header.get('backbone')}', which this version does not have. "
            f"It has {' and '.join(BACKBONES)}."
        )
    return dict(header)


def _profile(header: Mapping[str, Any], stored: Mapping[str, NDArray[Any]]) -> Profile:
    model = header["model"]
    thumbnails = {str(name): stored[f"{_THUMBNAIL}{index}"] for index, name in enumerate(header["thumbnails"])}
    for name, picture in thumbnails.items():
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise ValueError(f"the thumbnail of '{name}' is no picture")
    return Profile(
        parts=PartSet.from_json(header["parts"]),
        backbone=header["backbone"],
        tensors={name.removeprefix(_TENSOR): value for name, value in stored.items() if name.startswith(_TENSOR)},
        settings=dict(header["settings"]),
        training=dict(header["training"]),
        model=ModelIdentity(str(model["id"]), str(model["config_hash"])) if model else None,
        thumbnails=thumbnails,
        licence=str(header["licence"]),
    )
