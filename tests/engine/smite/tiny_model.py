"""A Stable Diffusion model small enough for tests: real classes, real tokenizer, random weights, saved as a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

TEXT_WIDTH = 128
MAX_TOKENS = 77
LATENT_SCALING = 4.0
WORD_END = "</w>"
START, END = "<|startoftext|>", "<|endoftext|>"
MERGED_WORDS = ("background", "disc", "square", "hair")


def small_unet(seed: int = 0, **changes: Any) -> Any:
    """A UNet with SD 2.x's layout of blocks, in 20,000ths of its size."""
    torch.manual_seed(seed)
    config: dict[str, Any] = {
        "sample_size": 8,
        "block_out_channels": (16, 16, 32, 16),
        "layers_per_block": 2,
        "cross_attention_dim": TEXT_WIDTH,
        "attention_head_dim": [2, 2, 4, 2],
        "use_linear_projection": True,
        "norm_num_groups": 8,
        **changes,
    }
    return UNet2DConditionModel(**config).eval().requires_grad_(requires_grad=False)


def make_tiny_model(folder: Path, *, seed: int = 0, prediction: str = "epsilon") -> Path:
    """Saves a whole model in diffusers layout under `folder` and returns it; a 64-pixel image has 32x32 latents."""
    torch.manual_seed(seed)
    attentive_unet(seed).save_pretrained(folder / "unet")
    torch.manual_seed(seed + 1)
    small_autoencoder().save_pretrained(folder / "vae")
    torch.manual_seed(seed + 2)
    tokenizer = make_tokenizer(folder / "tokenizer")
    CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=TEXT_WIDTH,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=MAX_TOKENS,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    ).save_pretrained(folder / "text_encoder")
    DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        steps_offset=1,
        set_alpha_to_one=False,
        clip_sample=False,
        prediction_type=prediction,
    ).save_pretrained(folder / "scheduler")
    return folder


def attentive_unet(seed: int = 0) -> Any:
    """A small UNet whose outermost self-attention behaves like a trained one's: alike pixels attend to each other."""
    unet = small_unet(seed, attention_head_dim=[1, 2, 4, 2])
    with torch.no_grad():
        for name, module in unet.named_modules():
            if name.startswith("up_blocks.3") and name.endswith("attn1"):
                module.to_q.weight.copy_(2.5 * torch.eye(16))  # what follows a LayerNorm compares by its angle
                module.to_k.weight.copy_(module.to_q.weight)
            if name.endswith("attn2"):
                module.to_q.weight *= 4
                module.to_k.weight *= 4
    return unet


def small_autoencoder() -> Any:
    """An autoencoder that halves the image once and, as trained ones do, is sure of what it sees."""
    autoencoder = AutoencoderKL(
        block_out_channels=(16, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        layers_per_block=1,
        norm_num_groups=8,
        sample_size=64,
        scaling_factor=LATENT_SCALING,
    )
    with torch.no_grad():
        autoencoder.quant_conv.weight[4:] = 0
        autoencoder.quant_conv.bias[4:] = -12  # log variance
    return autoencoder


def make_tokenizer(folder: Path) -> Any:
    """A byte-pair tokenizer over ASCII with a few whole words, in the files that Stable Diffusion ships."""
    folder.mkdir(parents=True)
    letters = [chr(code) for code in range(33, 127)]
    merges: list[tuple[str, str]] = []
    for word in MERGED_WORDS:
        head = word[0]
        for index, letter in enumerate(word[1:], start=2):
            tail = letter + (WORD_END if index == len(word) else "")
            merges.append((head, tail))
            head += tail
    merged = ["".join(pair) for pair in merges]
    entries = dict.fromkeys([*letters, *(letter + WORD_END for letter in letters), *merged, START, END])
    (folder / "vocab.json").write_text(json.dumps({entry: index for index, entry in enumerate(entries)}))
    lines = ["#version: 0.2", *(f"{left} {right}" for left, right in dict.fromkeys(merges))]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")
    settings = {"model_max_length": MAX_TOKENS, "pad_token": END, "tokenizer_class": "CLIPTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return CLIPTokenizer.from_pretrained(folder)
