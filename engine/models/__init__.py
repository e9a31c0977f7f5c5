"""Pretrained models: what is known, what is here, and the one job that downloads."""

from engine.models.download import get_model
from engine.models.entry import Licence, ModelEntry, ModelFile
from engine.models.hub import HubAccess
from engine.models.licences import LicenceBook
from engine.models.places import ModelPlaces, models_folder, read_places
from engine.models.plan import DownloadPlan, plan_model
from engine.models.registry import COTRACKER, DEFAULT_MODEL, MODELS, SAM2, VITMATTE, known_model
from engine.models.status import ModelStatus, all_models, model_status
from engine.models.store import FoundModel, find_model, is_whole, licence_of, model_folder

__all__ = [
    "COTRACKER",
    "DEFAULT_MODEL",
    "MODELS",
    "SAM2",
    "VITMATTE",
    "DownloadPlan",
    "FoundModel",
    "HubAccess",
    "Licence",
    "LicenceBook",
    "ModelEntry",
    "ModelFile",
    "ModelPlaces",
    "ModelStatus",
    "all_models",
    "find_model",
    "get_model",
    "is_whole",
    "known_model",
    "licence_of",
    "model_folder",
    "model_status",
    "models_folder",
    "plan_model",
    "read_places",
]
