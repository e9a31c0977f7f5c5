"""Stable Diffusion models from a local folder: safetensors only, one component after the other, nothing downloaded."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from safetensors import SafetensorError
from transformers import CLIPTextModel, CLIPTokenizer
from transformers.utils import logging as transformers_logging

from engine.domain.profile import ModelIdentity
from engine.errors import InputError
from engine.hardware.fit import check_room
from engine.smite.device import free_memory
from engine.smite.schedule import NoiseSchedule, Prediction

_PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")
_WEIGHTS = {
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
    "text_encoder": "model",
}
_PREDICTIONS: dict[str, Prediction] = {"epsilon": "epsilon", "v_prediction": "v_prediction"}

# What decides whether embeddings and weights fit. Other entries of the files change with the library that wrote them.
_DECISIVE = {
    "unet": ("in_channels", "block_out_channels", "layers_per_block", "cross_attention_dim", "attention_head_dim",
             "use_linear_projection", "down_block_types", "up_block_types"),
    "vae": ("latent_channels", "scaling_factor", "block_out_channels"),
    "text_encoder": ("hidden_size", "num_hidden_layers", "num_attention_heads", "hidden_act", "vocab_size",
                     "max_position_embeddings"),
    "scheduler": ("beta_start", "beta_end", "beta_schedule", "num_train_timesteps", "prediction_type"),
}  # fmt: skip


@dataclass(frozen=True)
class DiffusionModel:
    """A loaded Stable Diffusion 1.x or 2.x model, in evaluation mode, with no parameter asking for gradients.

    Attributes:
        unet: `UNet2DConditionModel`, in `dtype`.
        vae: `AutoencoderKL`, in float32.
        text_encoder: `CLIPTextModel`, in float32.
        tokenizer: `CLIPTokenizer`.
        schedule: Noise levels and kind of prediction.
        identity: What a profile remembers of it.
        device: Where it lies.
        dtype: Precision of the UNet's weights and, off the CPU, of its arithmetic (autocast).
    """

    unet: Any
    vae: Any
    text_encoder: Any
    tokenizer: Any
    schedule: NoiseSchedule
    identity: ModelIdentity
    device: torch.device
    dtype: torch.dtype

    @property
    def max_tokens(self) -> int:
        """Length of the text sequence: 77 for Stable Diffusion."""
        return int(self.text_encoder.config.max_position_embeddings)

    @property
    def latent_scale(self) -> int:
        """Image pixels per latent pixel: 8 for Stable Diffusion."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    def autocast(self) -> torch.autocast:
        """Returns the context for network calls; never keep it open across a `yield`."""
        return torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32)


def load_model(
    folder: Path, device: torch.device, *, name: str = "", dtype: torch.dtype = torch.float32
) -> DiffusionModel:
    """Loads a model in diffusers layout.

    Args:
        folder: Holds unet/, vae/, text_encoder/, tokenizer/ and scheduler/.
        device: Where the model goes.
        name: What messages and profiles call it; the folder's name if empty.
        dtype: Precision of the UNet; VAE and text encoder stay in float32.

    Raises:
        InputError: The folder is no such model, holds pickled weights only, or its weights are damaged or incomplete.
        MemoryLimitError: The device has no room for the weights.
    """
    check_model_folder(folder)
    check_room(_memory_bytes(folder, dtype), free_memory(device), f"The model '{name or folder.name}'", str(device))
    transformers_logging.disable_progress_bar()
    scheduler = _load_scheduler(folder)
    unet = _load(UNet2DConditionModel, folder, "unet", {"torch_dtype": dtype})
    vae = _load(AutoencoderKL, folder, "vae", {"torch_dtype": torch.float32})
    text_encoder = _load(CLIPTextModel, folder, "text_encoder", {"dtype": torch.float32})
    configs = {"unet": unet.config, "vae": vae.config, "text_encoder": text_encoder.config.to_dict(),
               "scheduler": scheduler.config}  # fmt: skip
    for module in (unet, vae, text_encoder):
        module.to(device).eval().requires_grad_(requires_grad=False)
    return DiffusionModel(
        unet=unet,
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=_load_tokenizer(folder),
        schedule=NoiseSchedule(scheduler.alphas_cumprod.float(), _PREDICTIONS[scheduler.config.prediction_type]),
        identity=ModelIdentity(name or folder.name, _config_hash(configs)),
        device=device,
        dtype=dtype,
    )


def check_model_folder(folder: Path) -> None:
    """Raises InputError, with what is wrong, unless `folder` looks like a model with safetensors weights."""
    if folder.is_file():
        raise InputError(
            f"'{folder}' is a single file. SMITE reads models as folders in diffusers layout "
            "(unet/, vae/, text_encoder/, tokenizer/, scheduler/); convert the checkpoint with diffusers first."
        )
    configs = [f"{part}/config.json" for part in _WEIGHTS] + ["scheduler/scheduler_config.json"]
    missing = [name for name in configs if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"'{folder}' is no Stable Diffusion model: {missing[0]} is missing. Give a folder in diffusers layout."
        )
    for part, stem in _WEIGHTS.items():
        if _variant(folder, part) is None and not any((folder / part).glob(f"{stem}*.safetensors*")):
            pickles = sorted(p.name for p in (folder / part).iterdir() if p.suffix in _PICKLES)
            if pickles:
                raise InputError(
                    f"'{folder / part}' holds its weights as {pickles[0]}, a pickle file, which can run foreign code "
                    "when it is opened. Only .safetensors files are read; get the model in that form."
                )
            raise InputError(f"'{folder / part}' holds no weights ({stem}.safetensors). Copy the whole model.")


def _memory_bytes(folder: Path, dtype: torch.dtype) -> int:
    """Returns the memory of the loaded weights, by the sizes of their files."""
    total = 0
    for part, stem in _WEIGHTS.items():
        variant = _variant(folder, part)
        suffix = f".{variant}" if variant else ""
        files = [folder / part / f"{stem}{suffix}.safetensors"]
        if variant is None:
            files = list((folder / part).glob(f"{stem}-*.safetensors"))
        stored = 2 if variant == "fp16" else 4
        wanted = dtype.itemsize if part == "unet" else torch.float32.itemsize
        total += sum(path.stat().st_size for path in files) * wanted // stored
    return total


def _variant(folder: Path, part: str) -> str | None:
    """Returns "" for full-precision files, "fp16" where there are only those, None where there is neither."""
    stem = _WEIGHTS[part]
    for variant, suffix in (("", ""), ("fp16", ".fp16")):
        if (folder / part / f"{stem}{suffix}.safetensors").is_file():
            return variant
    return None


def _load(kind: Any, folder: Path, part: str, options: Mapping[str, Any]) -> Any:
    try:
        module, report = kind.from_pretrained(
            folder,
            subfolder=part,
            variant=_variant(folder, part) or None,
            use_safetensors=True,
            local_files_only=True,
            low_cpu_mem_usage=importlib.util.find_spec("accelerate") is not None,
            output_loading_info=True,
            **options,
        )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        detail = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(
            f"'{folder / part}' cannot be read ({detail}). The file may be damaged; get it again."
        ) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise InputError(
            f"The weights in '{folder / part}' are incomplete: {missing[0]} is missing ({len(missing)} in all). "
            "Get the model again."
        )
    return module


def _load_scheduler(folder: Path) -> Any:
    try:
        scheduler = DDIMScheduler.from_pretrained(folder, subfolder="scheduler", local_files_only=True)
    except (OSError, ValueError, TypeError, NotImplementedError) as error:
        raise InputError(f"'{folder / 'scheduler'}' cannot be read ({error}). Get the model again.") from error
    if scheduler.config.prediction_type not in _PREDICTIONS:
        raise InputError(
            f"This model predicts '{scheduler.config.prediction_type}'; SMITE knows {' and '.join(_PREDICTIONS)}. "
            "Choose a Stable Diffusion 1.x or 2.x model."
        )
    return scheduler


def _load_tokenizer(folder: Path) -> Any:
    try:
        return CLIPTokenizer.from_pretrained(folder, subfolder="tokenizer", local_files_only=True)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"'{folder / 'tokenizer'}' cannot be read ({error}). Get the model again.") from error


def _config_hash(configs: Mapping[str, Mapping[str, Any]]) -> str:
    chosen = {part: {key: configs[part].get(key) for key in keys} for part, keys in _DECISIVE.items()}
    return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()
