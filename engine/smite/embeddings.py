"""Text states: one learned vector per part beside the background token, and the fixed tail of the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import InputError
from engine.smite.loading import DiffusionModel
from engine.smite.settings import Initialisation

BACKGROUND_WORD = "background"


@dataclass(frozen=True)
class TextStates:
    """The parts of the text sequence that are not learned, in the space of the text encoder's output.

    Attributes:
        prompt: (T, D) float32 states of "background part1 part2 ..."; position 0 is the background token, positions
            1..K-1 are replaced by learned vectors, the rest is the fixed tail.
        empty: (T, D) float32 states of the empty text, the unconditional half of guidance.
    """

    prompt: Tensor
    empty: Tensor

    def with_parts(self, embeddings: Tensor) -> Tensor:
        """Returns (T, D) with the learned vectors (K-1, D) at positions 1..K-1, differentiable in them."""
        count = embeddings.shape[0]
        return torch.cat([self.prompt[:1], embeddings.to(self.prompt), self.prompt[1 + count :]])


def check_number_of_parts(num_parts: int, max_tokens: int) -> None:
    """Raises InputError unless every part finds a place in the text sequence beside the background token."""
    if num_parts < 1:
        raise InputError("There is no part to learn. Paint at least one part on a reference.")
    if num_parts > max_tokens - 1:
        raise InputError(
            f"This model's text has room for {max_tokens - 1} parts; the project has {num_parts}. "
            "Learn them as two profiles, or merge parts."
        )


@torch.no_grad()
def text_states(model: DiffusionModel, names: Sequence[str]) -> TextStates:
    """Encodes the prompt made of the parts' names, and the empty text."""
    return TextStates(_encode(model, prompt(names)), _encode(model, ""))


def prompt(names: Sequence[str]) -> str:
    """Returns the text whose states frame the learned vectors (code: names in order, background first)."""
    return " ".join([BACKGROUND_WORD, *names])


@torch.no_grad()
def initial_embeddings(
    model: DiffusionModel, names: Sequence[str], how: Initialisation, generator: torch.Generator
) -> Tensor:
    """Returns the vectors from which learning starts (paper 4.2: "initialized randomly or with the names").

    A name's vector is the encoder's state at the last piece of the name, read on its own: the one state that has seen
    the whole name, whatever the number of its pieces. (The authors' code takes positions 1, 2, ... of the prompt, so
    that part 1 starts from the word "background": `states_by_position`.)

    Args:
        model: Its text encoder is used.
        names: Part names, without background.
        how: From names, or at random with the mean and spread of the states of the empty text.
        generator: CPU generator for random vectors.

    Returns:
        (K-1, D) float32 on the model's device.
    """
    if how == "random":
        states = _encode(model, "")
        noise = torch.randn((len(names), states.shape[1]), generator=generator).to(states)
        return states.mean(dim=0) + states.std(dim=0) * noise
    return torch.stack([_encode(model, name)[_last_piece(model, name)] for name in names])


def states_by_position(states: TextStates, count: int) -> Tensor:
    """Returns the authors' initial vectors, (count, D): the prompt's states at positions 1..count, off by one."""
    return states.prompt[1 : 1 + count].clone()


def _last_piece(model: DiffusionModel, name: str) -> int:
    """Returns the position of the name's last token; position 0 is the start of the text."""
    pieces = len(model.tokenizer(name, add_special_tokens=False)["input_ids"])
    return min(max(pieces, 1), model.max_tokens - 1)


def _encode(model: DiffusionModel, text: str) -> Tensor:
    tokens = model.tokenizer(
        text, padding="max_length", max_length=model.max_tokens, truncation=True, return_tensors="pt"
    )
    states: Tensor = model.text_encoder(tokens["input_ids"].to(model.device)).last_hidden_state[0]
    return states.float()
