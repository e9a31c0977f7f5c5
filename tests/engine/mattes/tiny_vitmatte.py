"""A ViTMatte model of a few random weights, saved to a folder as the real one is."""

from __future__ import annotations

from pathlib import Path


def write_vitmatte(folder: Path) -> Path:
    """Writes config.json and model.safetensors and returns the folder."""
    import torch
    from transformers import VitDetConfig, VitMatteConfig, VitMatteForImageMatting
    from transformers.utils import logging

    logging.disable_progress_bar()  # its monitor is a thread that outlives the test
    backbone = VitDetConfig(
        num_channels=4,
        image_size=64,
        pretrain_image_size=64,
        patch_size=16,
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        window_size=3,
        window_block_indices=[0],
        residual_block_indices=[1],
        use_relative_position_embeddings=True,
        out_features=["stage2"],
    )
    config = VitMatteConfig(
        backbone_config=backbone,
        hidden_size=12,
        convstream_hidden_sizes=[4, 4, 6],
        fusion_hidden_sizes=[8, 6, 4, 4],
    )
    torch.manual_seed(0)
    model = VitMatteForImageMatting(config).eval()
    model.save_pretrained(folder)
    return folder
