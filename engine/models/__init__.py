"""Pretrained models: what is known, what is here, and the one job that downloads."""

from engine.models.download import get_model
from engine.models.hub import HubAccess
from engine.models.plan import DownloadPlan, plan_model
from engine.models.registry import DEFAULT_MODEL, MODELS, ModelEntry, ModelFile, known_model
from engine.models.store import FoundModel, find_model, is_whole, licence_of, model_folder, models_folder

__all__ = [
    "DEFAULT_MODEL",
    "MODELS",
    "DownloadPlan",
    "FoundModel",
    "HubAccess",
    "ModelEntry",
    "ModelFile",
    "find_model",
    "get_model",
    "is_whole",
    "known_model",
    "licence_of",
    "model_folder",
    "models_folder",
    "plan_model",
]
