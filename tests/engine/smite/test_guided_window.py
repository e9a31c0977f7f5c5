from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.errors import InputError
from engine.jobs import Job
from engine.smite.energies import EnergyWeights
from engine.smite.guidance_settings import GuidanceSettings
from engine.smite.guided_network import ProfileNetwork
from engine.smite.guided_window import Carried, SubjectCells, WindowInput, guided_window, voted_window
from engine.temporal.grids import GridTracks
from engine.temporal.voting import vote
from tests.engine.smite.golden import close, needs_golden, tensors, values
from tests.engine.smite.test_guidance import network_of, result_of
from tests.engine.smite.tiny_model import TEXT_WIDTH

AUTHORS = GuidanceSettings(
    energies=EnergyWeights(tracking=0.1, low_pass=8.0, threshold=0.4), vote_window=15, votes_on_answer=False
)


def golden_tracks(num_frames: int = 16, side: int = 64) -> list[GridTracks]:
    """The synthetic tracks of the golden file, as its JSON writes them."""
    index = np.arange(side * side)
    found = []
    for i in range(num_frames):
        cells, visible = [], []
        for j in range(num_frames):
            x = index % side + (j - i)
            y = index // side - (j - i) // 2
            shown = ((7 * index + 13 * j + 5 * i) % 11 != 0) | (j == i)
            shown &= (x >= 0) & (x < side) & (y >= 0) & (y < side)
            cells.append(np.where(shown, y * side + x, 0))
            visible.append(shown)
        found.append(GridTracks(i, tuple(range(num_frames)), np.array(cells, np.int32), np.array(visible)))
    return found


def still_tracks(num_frames: int, side: int) -> list[GridTracks]:
    cells = np.tile(np.arange(side * side, dtype=np.int32), (num_frames, 1))
    frames = tuple(range(num_frames))
    return [GridTracks(i, frames, cells, np.ones_like(cells, np.bool_)) for i in frames]


class Tracks:
    def __init__(self, tracks: Sequence[GridTracks]) -> None:
        self.tracks = tracks
        self.subjects: list[SubjectCells] = []

    def __call__(self, subject: SubjectCells) -> Job[Sequence[GridTracks]]:
        self.subjects.append(subject)
        return self.tracks
        yield


@needs_golden
@pytest.mark.parametrize("case", ["plain", "carry"])
def test_slice_inference_equals_the_authors(golden_unet: Any, case: str) -> None:
    golden, numbers = tensors("slice_inference"), values("slice_inference")
    network = replace(
        network_of(golden_unet, golden["cond"][0], num_parts=5, map_side=64), reference_text=golden["cond_ref"][0]
    )
    settings = replace(
        AUTHORS, reference_timestep=numbers[f"{case}.t_reference"], iterations=numbers[f"{case}.iterations"]
    )
    saved = golden["saved_was"].float()
    carried = Carried(saved, np.ones((8, 64, 64), np.bool_)) if case == "carry" else None
    latents, reference_noise, noise = (
        golden[name][0].transpose(0, 1).contiguous() for name in ("latents", f"{case}.noise_reference", f"{case}.noise")
    )
    window = WindowInput(latents, reference_noise, noise, carried, {}, Tracks(golden_tracks()))
    answer = result_of(guided_window(network, window, settings))

    floor = 10 * numbers["noise_floor_was_64"]  # NOTES 10
    assert close(answer.maps, golden[f"{case}.was_64"].float(), max(1e-3, floor))
    labels = torch.stack([answer.maps_at(index, (512, 512)).argmax(dim=0)[::8, ::8] for index in range(16)])
    assert (labels == golden[f"{case}.labels_512_s8"]).float().mean() >= 0.998


@needs_golden
def test_steps_of_slice_inference_equal_the_authors(golden_unet: Any) -> None:
    golden, numbers = tensors("slice_inference"), values("slice_inference")
    network = network_of(golden_unet, golden["cond"][0], num_parts=5, map_side=64)
    latents, noise = golden["latents"][0].transpose(0, 1), golden["plain.noise"][0].transpose(0, 1)
    maps, lower = network.denoise(network.add_noise(latents, noise, 104), 104)
    assert close(lower.transpose(0, 1)[None], golden["plain.latents_step0"])
    assert close(maps[:4], golden["plain.was_step0"])

    referring = replace(network, reference_text=golden["cond_ref"][0])
    timestep = numbers["plain.t_reference"]
    reference_noise = golden["plain.noise_reference"][0].transpose(0, 1)
    reference = referring.reference(referring.add_noise(latents, reference_noise, timestep), timestep)
    assert close(reference, golden["plain.was_reference"])

    window = WindowInput(latents, reference_noise, noise, None, {}, Tracks(golden_tracks()))
    only_vote = replace(AUTHORS, reference_timestep=104)
    same = replace(network, reference_text=network.text)
    voted = result_of(voted_window(same, replace(window, reference_noise=noise), only_vote))
    agreement = (voted.maps.argmax(dim=1) == golden["plain.tracked_step0_labels"]).float().mean()
    assert agreement >= 0.998


def small_window(unet: Any, frames: int = 5, **changes: Any) -> tuple[ProfileNetwork, WindowInput, GuidanceSettings]:
    generator = torch.Generator().manual_seed(3)
    text = torch.randn(77, TEXT_WIDTH, generator=generator)
    latents, reference_noise, noise = torch.randn(3, frames, 4, 8, 8, generator=generator)
    network = network_of(unet, text, num_parts=3, map_side=8)
    settings = replace(AUTHORS, map_side=8, iterations=2, steps=2, vote_window=3)
    window = WindowInput(latents, reference_noise, noise, None, {}, Tracks(still_tracks(frames, 8)))
    return network, replace(window, **changes), settings


def test_a_single_step_is_plain_denoising(unet: Any) -> None:
    network, window, settings = small_window(unet)
    answer = result_of(guided_window(network, window, replace(settings, steps=1)))
    expected, _ = network.answer(network.add_noise(window.latents, window.noise, 101), 101)
    assert torch.equal(answer.maps, expected)


def test_a_vote_on_the_answer_is_the_vote_of_the_last_maps(unet: Any) -> None:
    network, window, settings = small_window(unet)
    plain = result_of(guided_window(network, window, settings))
    voted = result_of(guided_window(network, window, replace(settings, votes_on_answer=True)))
    expected = result_of(vote(plain.maps.numpy(), still_tracks(5, 8), window=settings.vote_window))
    assert np.array_equal(voted.maps.numpy(), expected)
    assert torch.equal(voted.maps_at(1, (8, 8)), voted.maps[1])


def test_guidance_without_any_energy_is_refused() -> None:
    with pytest.raises(InputError, match="weight"):
        replace(AUTHORS, energies=EnergyWeights(0.0, 0.0, 0.4))


def test_carried_maps_replace_the_reference_of_shared_frames_only(unet: Any) -> None:
    network, window, settings = small_window(unet)
    alone = result_of(voted_window(network, window, replace(settings, vote_window=1)))
    carried = Carried(torch.full((2, 3, 8, 8), 7.0), np.zeros((2, 8, 8), np.bool_))
    shared = replace(window, carried=carried)
    answer = result_of(voted_window(network, shared, replace(settings, vote_window=1)))
    assert (answer.maps[:2] == 7.0).all()
    assert torch.allclose(answer.maps[2:], alone.maps[2:])
    assert not answer.subject[:2].any()
    assert (answer.subject[2:] == alone.subject[2:]).all()


def test_carried_maps_change_what_guidance_answers(unet: Any) -> None:
    network, window, settings = small_window(unet)
    alone = result_of(guided_window(network, window, settings))
    maps = alone.maps[:2].flip(1).contiguous()
    answer = result_of(guided_window(network, replace(window, carried=Carried(maps, alone.subject[:2])), settings))
    assert not torch.equal(answer.maps, alone.maps)


def test_a_window_hands_its_last_frames_on(unet: Any) -> None:
    network, window, settings = small_window(unet)
    answer = result_of(voted_window(network, window, settings))
    carried = answer.carried(2)
    assert carried is not None
    assert torch.equal(carried.maps, answer.maps[-2:])
    assert answer.carried(0) is None


def painted_frame() -> Tensor:
    labels = torch.full((8, 8), 255)
    labels[:4], labels[4:6] = 2, 0
    return labels


def test_votes_see_painted_frames_as_known_scores(unet: Any) -> None:
    network, window, settings = small_window(unet, known={2: painted_frame()})
    answer = result_of(voted_window(network, window, replace(settings, vote_window=1)))
    labels = answer.maps[2].argmax(dim=0)
    assert (labels[:4] == 2).all()
    assert (labels[4:6] == 0).all()
    plain = result_of(voted_window(network, replace(window, known={}), replace(settings, vote_window=1)))
    assert torch.equal(answer.maps[2, :, 6:], plain.maps[2, :, 6:])
    assert torch.equal(answer.maps[1], plain.maps[1])


def test_guidance_pulls_a_painted_frame_towards_its_paint(unet: Any) -> None:
    network, window, settings = small_window(unet)
    paint = torch.full((8, 8), 2)
    stronger = replace(settings, energies=EnergyWeights(5.0, 0.0, 0.4), iterations=6)

    def share(known: dict[int, Tensor]) -> float:
        answer = result_of(guided_window(network, replace(window, known=known), stronger))
        return float(answer.maps[2].softmax(dim=0)[2].mean())

    assert share({2: paint}) > share({})


def test_the_same_window_twice_gives_the_same_bits(unet: Any) -> None:
    network, window, settings = small_window(unet)
    first, second = (result_of(guided_window(network, window, settings)).maps for _ in range(2))
    assert torch.equal(first, second)


def test_only_cells_near_parts_are_offered_to_the_tracker(unet: Any) -> None:
    network, window, settings = small_window(unet)
    tracks = Tracks(still_tracks(5, 8))
    answer = result_of(voted_window(network, replace(window, tracks_of=tracks), settings))
    (subject,) = tracks.subjects
    assert subject.shape == (5, 8, 8)
    assert (subject == answer.subject).all()
