from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from tests.engine.smite.golden import tiny_unet
from tests.engine.smite.tiny_model import small_unet


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def golden_unet() -> Any:
    return tiny_unet()


@pytest.fixture(scope="module")
def unet() -> Any:
    return small_unet()
