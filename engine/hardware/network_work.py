"""How many operations the SMITE backbone asks of a network, and how much memory: plain arithmetic, no torch.

Operations of Stable Diffusion's UNet were counted with torch's FlopCounterMode on the architecture of 2.1 (the tests
count again). All but self-attention grows with the pixels; self-attention with their square, and over the frames of a
window together.
"""

from __future__ import annotations

from engine.domain.settings import SegmentSettings
from engine.hardware.devices import DeviceFacts

_PER_PIXEL, _PER_PIXEL_PAIR = 1.7034e8, 6.35e3
"""Operations of one frame for each latent pixel, and for each pair of latent pixels that attention compares."""
_ENCODE_PER_PIXEL = 2.726e8
"""Operations of the image encoder for each latent pixel."""
_LATENT_SCALE = 8

_UNET, _OTHERS = 865_910_724, 340_387_840 + 83_653_863
"""Parameters of Stable Diffusion 2.1 base: the UNet; text encoder and autoencoder, which stay in full precision."""
_WIDTH = 320
ACTIVATIONS = 72
"""Tensors of the outermost block's width that live at once in a call without gradients, measured on the CPU at several
sizes (the tests of `engine.smite.memory` hold it against a measured peak): skip connections, a transformer block's
feed-forward, recorded queries and keys."""
HALF_BYTES = 3
"""Bytes per value under autocast to half precision: norms still give float32."""

_TRAIN_BATCH = 2  # with and without the text: the guided LDM loss (LearningSettings.guidance_scale)
_BACKWARD = 1.0
"""A backward pass in forward passes: weights are fixed but for cross-attention's K and V, so that only gradients of
activations are worked out."""
_WINDOW, _OVERLAP = 16, 8  # engine.temporal.windows.WindowPlan
_GUIDED_STEPS, _GUIDED_ITERATIONS, _SUB_WINDOW = 4, 15, 4  # engine.smite.guidance_settings


def pass_operations(side: int, window: int) -> float:
    """Returns the floating-point operations of a forward pass for each frame of a window.

    Args:
        side: Side of the square picture, in pixels.
        window: Frames that see one another; 1 for frame by frame.
    """
    pixels = (side / _LATENT_SCALE) ** 2
    return _PER_PIXEL * pixels + _PER_PIXEL_PAIR * pixels**2 * window


def train_operations(side: int) -> float:
    """Returns the operations of one learning step at a side of `side` pixels."""
    pixels = (side / _LATENT_SCALE) ** 2
    return _TRAIN_BATCH * (1 + _BACKWARD) * pass_operations(side, 1) + _ENCODE_PER_PIXEL * pixels


def frame_operations(side: int, settings: SegmentSettings, window: int = _WINDOW) -> float:
    """Returns the operations of segmenting one frame: overlapping windows do most frames twice.

    Args:
        side: Side of the square that frames are squeezed to, in pixels.
        settings: Attention and temporal stage count.
        window: Frames of a window, where memory makes it shorter than usual.
    """
    joint = window if settings.attention == "window" else 1
    overlap = min(_OVERLAP, window // 2)
    repeats = window / (window - overlap) if settings.attention == "window" or settings.temporal != "off" else 1.0
    forward = pass_operations(side, joint)
    work = forward
    if settings.temporal == "guided":
        gradient = (1 + 2 * _BACKWARD) * pass_operations(side, min(_SUB_WINDOW, joint))
        work = (1 + _GUIDED_STEPS) * forward + (_GUIDED_STEPS - 1) * _GUIDED_ITERATIONS * gradient
    return repeats * work + _ENCODE_PER_PIXEL * (side / _LATENT_SCALE) ** 2


def weights_bytes(device: DeviceFacts) -> int:
    """Returns the memory that the model's weights take on a device."""
    return _UNET * (2 if device.precision == "half" else 4) + _OTHERS * 4


def call_bytes(side: int, window: int, device: DeviceFacts) -> int:
    """Returns the planned peak of one network call without gradients, beyond the weights (`engine.smite.memory`)."""
    pixels = (side // _LATENT_SCALE) ** 2
    return window * pixels * _WIDTH * value_bytes(device) * ACTIVATIONS


def value_bytes(device: DeviceFacts) -> int:
    """Returns the bytes that a value of an activation takes on average."""
    return HALF_BYTES if device.precision == "half" else 4


_TRAIN_KEEPS = 14
"""A learning step keeps the activations of all layers, with and without the text: a forward and backward pass of the
architecture of 2.1 at 256 pixels and a batch of two took 0.97 GB on the CPU, ten calls' worth; maps and losses come on
top."""


def train_bytes(side: int, device: DeviceFacts) -> int:
    """Returns the planned peak of a learning step beyond the weights: what the backward pass needs is kept."""
    return call_bytes(side, 1, device) * _TRAIN_KEEPS
