"""The refiner: one small residual U-Net for all parts (feasibility study 2, item 5)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.quick.fusion import Prior

_PRIOR_SCALE = 3.0
_LAB_CENTRE = 128.0
_LAB_SCALE = 48.0
_STRIDE = 8  # unshuffled by 2, then halved twice
_SURELY_BACKGROUND = 0.02
_SURE_TRUST = 0.5
_LAYERS_PER_STEP = 3  # convolution, normalisation, ReLU
_CONTEXT = 24  # pixels around the doubtful box that the network sees


@dataclass(frozen=True)
class RefinerShape:
    """Sizes of the network.

    Attributes:
        num_parts: K.
        width: Channels of the finest level.
    """

    num_parts: int
    width: int = 24

    @property
    def inputs(self) -> int:
        """Channels in: Lab, P C of each part, C."""
        return self.num_parts + 4


class Refiner(nn.Module):
    """Turns colours and the prior into logits of background and parts.

    The last layer starts near zero, so that the untrained network repeats its prior; where C is 0 it sees colours only.
    """

    def __init__(self, shape: RefinerShape) -> None:
        super().__init__()
        fine, middle, coarse = shape.width, shape.width * 3 // 2, shape.width * 2
        self.shape = shape
        self.encode_fine = _block(shape.inputs * 4, fine)
        self.encode_middle = _block(fine, middle)
        self.encode_coarse = _block(middle, coarse)
        self.decode_middle = _block(coarse + middle, middle)
        self.decode_fine = _block(middle + fine, fine)
        self.head = nn.Conv2d(fine, (shape.num_parts + 1) * 4, 3, padding=1)
        self.prior_scale = nn.Parameter(torch.tensor(_PRIOR_SCALE))
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias.zero_()  # type: ignore[union-attr]

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns (B, K+1, h, w) logits, background first, of (B, K+4, h, w) inputs; h and w are multiples of 8."""
        fine = self.encode_fine(functional.pixel_unshuffle(inputs, 2))
        middle = self.encode_middle(functional.max_pool2d(fine, 2))
        coarse = self.encode_coarse(functional.max_pool2d(middle, 2))
        middle = self.decode_middle(torch.cat([_doubled(coarse), middle], 1))
        fine = self.decode_fine(torch.cat([_doubled(middle), fine], 1))
        parts, trust = inputs[:, 3:-1], inputs[:, -1:]
        background = (trust - parts.sum(1, keepdim=True)).clamp(min=0.0)
        return functional.pixel_shuffle(self.head(fine), 2) + self.prior_scale * torch.cat([background, parts], 1)


def new_refiner(shape: RefinerShape, seed: int) -> Refiner:
    """Returns an untrained refiner whose weights depend on the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Refiner(shape).to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def refiner_tensors(refiner: Refiner) -> dict[str, NDArray[np.float32]]:
    """Returns the network's weights and running statistics as arrays."""
    return {
        name: value.detach().to(torch.float32).contiguous().numpy().copy()
        for name, value in refiner.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def refiner_from(tensors: Mapping[str, NDArray[np.float32]], shape: RefinerShape) -> Refiner:
    """Returns the network with stored weights, ready to be asked."""
    refiner = new_refiner(shape, 0)
    refiner.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in tensors.items()}, strict=False)
    return refiner.eval()


def fused(refiner: Refiner) -> Refiner:
    """Returns a copy that answers the same in less time and cannot learn: normalisation is folded into convolutions."""
    quick = copy.deepcopy(refiner).eval()
    for block in (module for module in quick.children() if isinstance(module, nn.Sequential)):
        for place in range(0, len(block), _LAYERS_PER_STEP):
            convolution, normalisation = block[place], block[place + 1]
            assert isinstance(convolution, nn.Conv2d)  # _block builds them so
            assert isinstance(normalisation, nn.BatchNorm2d)
            block[place] = fuse_conv_bn_eval(convolution, normalisation)
            block[place + 1] = nn.Identity()
    return quick.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def network_input(lab: NDArray[np.uint8], prior: Prior) -> NDArray[np.float32]:
    """Returns (h, w, K+4) float32: scaled Lab, P C of each part, C."""
    trust = prior.trust[..., None]
    colours = (lab.astype(np.float32) - np.float32(_LAB_CENTRE)) * np.float32(1 / _LAB_SCALE)
    return np.concatenate([colours, prior.parts * trust, trust], axis=2)


@torch.no_grad()
def refined(refiner: Refiner, lab: NDArray[np.uint8], prior: Prior) -> NDArray[np.float32]:
    """Returns (K+1, h, w) float32 class probabilities, background first, for a picture of any size.

    Where painted frames are sure of the background for a long way around, the prior stands and no time is spent.
    """
    result = prior.probabilities()
    box = _doubtful_box(prior)
    if box is None:
        return result
    rows, columns = box
    result[:, rows, columns] = _asked(
        refiner, lab[rows, columns], Prior(prior.parts[rows, columns], prior.trust[rows, columns])
    )
    return result


def _asked(refiner: Refiner, lab: NDArray[np.uint8], prior: Prior) -> NDArray[np.float32]:
    height, width = lab.shape[:2]
    inputs = torch.from_numpy(network_input(lab, prior)).permute(2, 0, 1)[None]
    pad = (0, -width % _STRIDE, 0, -height % _STRIDE)
    inputs = functional.pad(inputs, pad, mode="replicate").contiguous(memory_format=torch.channels_last)
    probabilities = torch.softmax(refiner(inputs), dim=1)[0, :, :height, :width]
    return np.ascontiguousarray(probabilities.numpy())


def _doubtful_box(prior: Prior) -> tuple[slice, slice] | None:
    """Returns the box that holds all that is not surely background, or None where there is nothing of the kind."""
    doubtful = (prior.parts.sum(2) > _SURELY_BACKGROUND) | (prior.trust < _SURE_TRUST)
    doubtful = cv2.erode(doubtful.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rows, columns = np.flatnonzero(doubtful.any(1)), np.flatnonzero(doubtful.any(0))
    if not len(rows):
        return None
    height, width = doubtful.shape
    return (
        slice(max(0, int(rows[0]) - _CONTEXT), min(height, int(rows[-1]) + 1 + _CONTEXT)),
        slice(max(0, int(columns[0]) - _CONTEXT), min(width, int(columns[-1]) + 1 + _CONTEXT)),
    )


def _block(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for entering in (inputs, outputs):
        layers += [
            nn.Conv2d(entering, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


def _doubled(plane: Tensor) -> Tensor:
    return functional.interpolate(plane, scale_factor=2, mode="bilinear", align_corners=False)
