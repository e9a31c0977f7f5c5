"""What SMITE needs of this machine: the weights of its model, and something that computes fast."""

from __future__ import annotations

from collections.abc import Sequence

from app.i18n import tr
from engine.errors import EngineError, MissingModelError
from engine.hardware.devices import DeviceFacts
from engine.models import DEFAULT_MODEL, find_model


def smite_missing(model: str | None) -> str:
    """Returns a sentence on the weights that SMITE needs and does not find here, or "".

    Args:
        model: Folder or id of the base model, or None for the default one.
    """
    try:
        find_model(model)
    except MissingModelError:
        name = model or DEFAULT_MODEL
        text = tr(
            "SMITE needs the weights of '{name}', which are not on this machine. Get them once in the model manager, "
            "or choose the folder of a copy."
        )
        return text.format(name=name)
    except EngineError as error:
        return str(error)
    return ""


def smite_caution(device: str, devices: Sequence[DeviceFacts] | None) -> str:
    """Returns a sentence on what will make SMITE slow, or "".

    Args:
        device: The one that was chosen, or "auto".
        devices: Those that there are, or None while that is not known.
    """
    if devices is None:
        return ""
    if device != "cpu" and any(found.name != "cpu" for found in devices):
        return ""
    return tr("SMITE will run on the CPU here: it works, but a step takes many seconds instead of a fraction.")
