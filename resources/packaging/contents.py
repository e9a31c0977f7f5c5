"""What goes into a bundle and what stays out, for `build.spec` and its tests."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

METADATA = (
    "smite-studio",
    "diffusers",
    "transformers",
    "huggingface-hub",
    "requests",
    "filelock",
    "numpy",
    "tqdm",
    "regex",
    "packaging",
    "pyyaml",
    "safetensors",
    "tokenizers",
    "torch",
    "importlib_metadata",
    "pillow",
)
"""Distributions whose version diffusers or transformers look for when they are imported."""

FAMILIES = ("auto", "clip", "dinov2_with_registers", "encoder_decoder", "sam2", "siglip", "vit_mae", "vitmatte")
"""Model families of transformers that our features name, and those that importing them imports."""

EXCLUDED = (
    "tests",
    "matplotlib",
    "tkinter",
    "readline",
    "IPython",
    "pytest",
    "setuptools",
    "pip",
    "torch.utils.tensorboard",
    "diffusers.pipelines.deprecated",
    "diffusers.commands",
    "transformers.cli",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "pyqtgraph.jupyter",
    "skimage.data",
)
"""What tests, plots, compilers and notebooks of the libraries would need. readline is under the GPL and not used."""

_KEPT = {"torch/bin/": "torch_shm_manager", "PySide6/Qt/translations/": "qtbase_de.qm"}
"""Of these folders one file is needed: torch refuses to be imported without the first, the second is our German."""
_DROPPED = (
    "torch/include",
    "torch/share",
    "torch/test",
    "torch/lib/libtorchbind_test",
    "torch/lib/libjitbackend_test",
    "torch/lib/libbackend_with_compiler",
    "PySide6/Qt/qml",
    "PySide6/Qt/plugins/qmltooling",
    "PySide6/Qt/plugins/sqldrivers",
    "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboard",
    "PySide6/Qt/lib/libQt6Qml",
    "PySide6/Qt/lib/libQt6Quick",
    "PySide6/Qt/lib/libQt6VirtualKeyboard",
    # The theme plug-in of GTK and what it drags in; our window has colours of its own.
    "PySide6/Qt/plugins/platformthemes/libqgtk3",
    "libgtk-3",
    "libgdk",
    "libatk",
    "libatspi",
    "libcairo",
    "libpango",
    "libepoxy",
)


def is_dropped(place: str) -> bool:
    """Tells whether a file runs no model and shows no window, by its place in the bundle."""
    folder = next((folder for folder in _KEPT if place.startswith(folder)), None)
    return place.startswith(_DROPPED) or (folder is not None and _KEPT[folder] not in place)


def left_out_families() -> list[str]:
    """Returns the modules of all other model families: transformers imports them only when somebody asks for them."""
    return [
        f"transformers.models.{folder.name}"
        for folder in sorted((_folder("transformers") / "models").iterdir())
        if folder.is_dir() and folder.name not in FAMILIES and folder.name != "__pycache__"
    ]


def is_wanted(module: str) -> bool:
    """Tells whether a module of diffusers is taken along: no pipelines but what all of them share."""
    words = module.split(".")
    return words[:2] != ["diffusers", "pipelines"] or words[2:3] in ([], ["pipeline_utils"], ["pipeline_loading_utils"])


def _folder(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(package)
    return Path(found.origin).parent
