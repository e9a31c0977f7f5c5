"""One window of a clip with voting, or with voting and guidance (SMITE 4.3, 4.4; NOTES 4 of the authors' code)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.domain.labels import BACKGROUND, UNKNOWN
from engine.jobs import Event, Job, Progress
from engine.smite.energies import EnergyTarget
from engine.smite.guidance import Descent, guided_latents
from engine.smite.guidance_settings import GuidanceSettings
from engine.smite.guided_network import GuidedNetwork, MapsAt
from engine.smite.known_maps import with_known
from engine.smite.maps import resize
from engine.smite.sampling import denoising_timesteps
from engine.temporal.grids import GridTracks
from engine.temporal.voting import vote

SubjectCells = NDArray[np.bool_]
TracksOf = Callable[[SubjectCells], Job[Sequence[GridTracks]]]
"""Takes the subject's cells (F, s, s) to tracks of every frame of the window."""

_SUBJECT_MARGIN = 2  # cells around the subject of which the vote may turn one into a part


@dataclass(frozen=True)
class Carried:
    """What a window hands to the next one, for the frames that they share; all on the CPU.

    Attributes:
        maps: (C, K, s, s) float32 WAS maps that were its answer (paper 7.4, "Long video processing").
        subject: (C, s, s) bool, the cells that were tracked.
    """

    maps: Tensor
    subject: SubjectCells


@dataclass(frozen=True)
class WindowInput:
    """A window of F frames, all of one scene.

    Attributes:
        latents: (F, 4, h, w) clean latents.
        reference_noise: Noise of the reference pass, same shape.
        noise: Noise of the guided pass, same shape.
        carried: Answers of the window before for the first C frames, or None.
        known: By position in the window, (s, s) int64 channels that were painted there; 255 is not known.
        tracks_of: Gives the tracks.
    """

    latents: Tensor
    reference_noise: Tensor
    noise: Tensor
    carried: Carried | None
    known: Mapping[int, Tensor]
    tracks_of: TracksOf


@dataclass(frozen=True)
class WindowAnswer:
    """The maps of a window.

    Attributes:
        maps: (F, K, s, s) float32 WAS maps.
        subject: (F, s, s) bool, the cells that were tracked.
        maps_at: Gives the maps of single frames at any size.
    """

    maps: Tensor
    subject: SubjectCells
    maps_at: MapsAt

    def carried(self, count: int) -> Carried | None:
        """Returns what the next window needs of the last `count` frames."""
        if count == 0:
            return None
        return Carried(self.maps[-count:].float().cpu().clone(), self.subject[-count:].copy())


def voted_window(
    network: GuidedNetwork, window: WindowInput, settings: GuidanceSettings
) -> Generator[Event, None, WindowAnswer]:
    """Returns the maps of a single denoising pass after the vote (Eq. 4), without guidance.

    Yields:
        Progress of network, tracker and vote.
    """
    reference, subject, tracks = yield from _reference(network, window, settings)
    return _resizable((yield from _voted(reference, tracks, settings.vote_window)), subject)


def guided_window(
    network: GuidedNetwork, window: WindowInput, settings: GuidanceSettings
) -> Generator[Event, None, WindowAnswer]:
    """Returns the maps of a window after voting, guidance and a few denoising steps (Eq. 4-8).

    As in the authors' code: the reference maps carry the answers of the window before; the vote is taken anew at each
    denoising step from the maps before it; latents are guided after the step; the maps of the last step are the answer,
    after a last vote where `settings.votes_on_answer`.

    Yields:
        Progress of network, tracker, vote and guidance.
    """
    reference, subject, tracks = yield from _reference(network, window, settings)
    timesteps = denoising_timesteps(settings.last_timestep, settings.steps)
    noisy = network.add_noise(window.latents, window.noise, timesteps[0])
    for step, timestep in enumerate(timesteps[:-1]):
        maps, noisy = network.denoise(noisy, timestep)
        yield Progress("denoising", step + 1, settings.steps)
        voted = yield from _voted(_with_anchors(maps, window.known), tracks, settings.vote_window)
        target = EnergyTarget(_labels(voted, window.known), reference)
        descent = Descent(settings.energies_at(step), settings.iterations, settings.sub_window)
        noisy = yield from guided_latents(network, noisy, timestep, target, descent)
    maps, maps_at = network.answer(noisy, settings.last_timestep)
    yield Progress("denoising", settings.steps, settings.steps)
    if not settings.votes_on_answer:
        return WindowAnswer(maps, subject, maps_at)
    return _resizable((yield from _voted(_with_anchors(maps, window.known), tracks, settings.vote_window)), subject)


def _resizable(maps: Tensor, subject: SubjectCells) -> WindowAnswer:
    """Returns the answer whose larger maps are these, interpolated: self-attention knows nothing finer."""

    def maps_at(index: int, size: tuple[int, int]) -> Tensor:
        return resize(maps[index : index + 1], size)[0]

    return WindowAnswer(maps, subject, maps_at)


def _reference(
    network: GuidedNetwork, window: WindowInput, settings: GuidanceSettings
) -> Generator[Event, None, tuple[Tensor, SubjectCells, Sequence[GridTracks]]]:
    """Returns the maps of the reference pass with carried and painted frames in place, and the window's tracks."""
    timestep = settings.reference_timestep
    noisy = network.add_noise(window.latents, window.reference_noise, timestep)
    maps = network.reference(noisy, timestep)
    yield Progress("reference pass", 1, 1)
    subject = _subject(maps)
    if window.carried is not None:
        count = len(window.carried.maps)
        maps = torch.cat([window.carried.maps.to(maps), maps[count:]])
        subject[:count] = window.carried.subject
    maps = _with_anchors(maps, window.known)
    tracks = yield from window.tracks_of(subject)
    return maps, subject, tracks


def _subject(maps: Tensor) -> SubjectCells:
    """Returns the cells where a part wins, and some around them."""
    parts = (maps.argmax(dim=1, keepdim=True) != BACKGROUND).float()
    reach = 2 * _SUBJECT_MARGIN + 1
    grown = torch.nn.functional.max_pool2d(parts, reach, stride=1, padding=_SUBJECT_MARGIN)
    return np.asarray(grown[:, 0].bool().cpu().numpy(), np.bool_)


def _with_anchors(maps: Tensor, known: Mapping[int, Tensor]) -> Tensor:
    frames = list(maps)
    for position, labels in known.items():
        frames[position] = with_known(maps[position], labels.to(maps.device))
    return torch.stack(frames)


def _voted(maps: Tensor, tracks: Sequence[GridTracks], window: int) -> Generator[Event, None, Tensor]:
    scores = np.ascontiguousarray(maps.float().cpu().numpy())
    voted = yield from vote(scores, tracks, window=window)
    return torch.from_numpy(voted).to(maps.device)


def _labels(voted: Tensor, known: Mapping[int, Tensor]) -> Tensor:
    """Returns the voted labels (F, s, s); what was painted wins over the vote."""
    labels = voted.argmax(dim=1)
    for position, painted in known.items():
        painted = painted.to(labels.device)
        labels[position] = torch.where(painted == UNKNOWN, labels[position], painted)
    return labels
