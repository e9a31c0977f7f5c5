from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.smite.attention import FrameAttention
from engine.smite.inflation import inflated
from engine.smite.network import WindowCall, attention_maps, maps_and_prediction
from engine.smite.norms import frame_joint_norms
from tests.engine.smite.golden import close, needs_golden, tensors, values
from tests.engine.smite.tiny_model import TEXT_WIDTH, small_unet

NUM_PARTS = 3


def noisy(num_frames: int, side: int = 8) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    latents = torch.randn(num_frames, 4, side, side, generator=generator)
    return latents, torch.randn(2, 77, TEXT_WIDTH, generator=generator)


def difference(first: Tensor, second: Tensor) -> float:
    return float((first - second).abs().max())


@needs_golden
@pytest.mark.parametrize("case", ["c16_F1", "c16_F4", "c16_F4_nocfg", "c64_F1"])
def test_inflated_unet_predicts_what_the_authors_unet_predicts(golden_unet: Any, case: str) -> None:
    golden = tensors("unet")
    latents = golden[f"{case}.latents"][0].transpose(0, 1)
    with torch.no_grad():
        maps, prediction = maps_and_prediction(
            golden_unet, latents, values("unet")[f"{case}.timestep"], golden[f"{case}.emb"], WindowCall(5)
        )
    assert close(prediction.transpose(1, 2), golden[f"{case}.noise_pred"])
    assert close(maps.cross, golden[f"{case}.ca_cond"])
    if f"{case}.sa" in golden:
        assert close(maps.self_maps(), golden[f"{case}.sa"])


@needs_golden
def test_frames_for_themselves_but_norms_together_is_the_authors_not_inflated_unet(golden_unet: Any) -> None:
    golden, case = tensors("unet"), "c16_F4_notinflated"
    latents, text = golden["c16_F4_nocfg.latents"][0].transpose(0, 1), golden["c16_F4_nocfg.emb"]
    call = WindowCall(5, joint=False, joint_norms=True)
    with torch.no_grad():
        maps, prediction = maps_and_prediction(golden_unet, latents, values("unet")[f"{case}.timestep"], text, call)
    assert close(prediction.transpose(1, 2), golden[f"{case}.noise_pred"])
    assert close(maps.cross, golden[f"{case}.ca_cond"])


@needs_golden
def test_full_size_self_maps_have_the_authors_rows(golden_unet: Any) -> None:
    golden = tensors("unet")
    latents = golden["c64_F4.latents"][0].transpose(0, 1)
    with torch.no_grad():
        maps = attention_maps(golden_unet, latents, 101, golden["c64_F4.emb"][-1], WindowCall(5))
        wave = torch.sin(0.37 * torch.arange(64 * 64)).reshape(1, 1, 64, 64).expand(4, 1, 64, 64)
        assert close(maps.spread(wave)[:, 0], golden["c64_F4.sa_proj"])
    assert close(maps.cross, golden["c64_F4.ca_cond"])


def test_one_frame_gives_the_plain_unet(unet: Any) -> None:
    latents, texts = noisy(1)
    with torch.no_grad():
        _, prediction = maps_and_prediction(unet, latents, 100, texts, WindowCall(NUM_PARTS))
        plain = unet(latents.repeat(2, 1, 1, 1), 100, encoder_hidden_states=texts).sample
    assert difference(prediction[:, 0], plain) <= 1e-6


def test_baseline_equals_the_plain_unet_frame_by_frame(unet: Any) -> None:
    latents, texts = noisy(3)
    with torch.no_grad():
        _, prediction = maps_and_prediction(unet, latents, 100, texts[1:], WindowCall(NUM_PARTS, joint=False))
        plain = torch.cat([unet(f[None], 100, encoder_hidden_states=texts[1:]).sample for f in latents])
    assert difference(prediction[0], plain) <= 1e-6


def test_equal_frames_see_what_one_frame_sees(unet: Any) -> None:
    latents, texts = noisy(1)
    with torch.no_grad():
        alone, _ = maps_and_prediction(unet, latents, 100, texts, WindowCall(NUM_PARTS))
        four, _ = maps_and_prediction(unet, latents.repeat(4, 1, 1, 1), 100, texts, WindowCall(NUM_PARTS))
    assert difference(four.cross, alone.cross.expand(4, -1, -1, -1)) <= 1e-5


def test_different_frames_change_each_other_only_when_inflated(unet: Any) -> None:
    latents, texts = noisy(2)
    changed = torch.stack([latents[0], latents[1] + 1.0])
    for joint, moves in ((True, True), (False, False)):
        call = WindowCall(NUM_PARTS, joint=joint)
        with torch.no_grad():
            before = attention_maps(unet, latents, 100, texts[1], call).cross[0]
            after = attention_maps(unet, changed, 100, texts[1], call).cross[0]
        assert (difference(before, after) > 1e-4) == moves


def test_joint_attention_is_softmax_over_the_tokens_of_all_frames(unet: Any) -> None:
    attn = unet.up_blocks[3].attentions[0].transformer_blocks[0].attn1
    hidden = torch.randn(6, 5, 16, generator=torch.Generator().manual_seed(1))  # 2 conditions x 3 frames
    with torch.no_grad():
        actual = FrameAttention(3, joint=True)(attn, hidden)
        joined = hidden.reshape(2, 15, 16)
        query, key, value = (layer(joined) for layer in (attn.to_q, attn.to_k, attn.to_v))
        heads = []
        for head in range(attn.heads):
            part = slice(head * 8, head * 8 + 8)
            weights = (attn.scale * query[..., part] @ key[..., part].transpose(1, 2)).softmax(dim=-1)
            heads.append(weights @ value[..., part])
        expected = attn.to_out[0](torch.cat(heads, dim=-1)).reshape(6, 5, 16)
    assert difference(actual, expected) <= 1e-6


def test_joint_norms_are_group_norms_of_the_five_dimensional_window() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.resnets = nn.ModuleList([nn.ModuleDict({"norm1": nn.GroupNorm(2, 4)})])

    class Holder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mid_block = Block()

    holder = Holder()
    norm = holder.mid_block.resnets[0]["norm1"]  # type: ignore[index]
    frames = torch.randn(6, 4, 3, 5, generator=torch.Generator().manual_seed(2))
    window = frames.reshape(2, 3, 4, 3, 5).permute(0, 2, 1, 3, 4)  # (B, C, F, H, W)
    expected = nn.functional.group_norm(window, 2).permute(0, 2, 1, 3, 4).reshape(6, 4, 3, 5)
    with torch.no_grad():
        with frame_joint_norms(holder, 3):
            assert difference(norm(frames), expected) <= 1e-6
        assert difference(norm(frames), nn.functional.group_norm(frames, 2)) <= 1e-6


def test_everything_is_restored_even_after_an_error(unet: Any) -> None:
    before = dict(unet.attn_processors)
    with pytest.raises(RuntimeError), inflated(unet, 2):
        raise RuntimeError
    assert unet.attn_processors == before
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in unet.modules())


def test_maps_of_the_shortened_call_equal_those_of_the_whole_one(unet: Any) -> None:
    latents, texts = noisy(3)
    with torch.no_grad():
        whole, _ = maps_and_prediction(unet, latents, 100, texts, WindowCall(NUM_PARTS))
        short = attention_maps(unet, latents, 100, texts[-1], WindowCall(NUM_PARTS))
    assert difference(whole.cross, short.cross) <= 1e-5
    assert difference(whole.self_maps(), short.self_maps()) <= 1e-5


def test_maps_are_differentiable_in_the_latents(unet: Any) -> None:
    latents, texts = noisy(2)
    latents.requires_grad_()
    attention_maps(unet, latents, 100, texts[-1], WindowCall(NUM_PARTS)).cross[0].square().mean().backward()
    assert latents.grad is not None
    assert (latents.grad.flatten(1).abs().amax(dim=1) > 0).all()  # frame 1 reaches the maps of frame 0


def test_sd1_layout_with_a_head_width_of_its_own_keeps_its_scale() -> None:
    unet = small_unet(attention_head_dim=2, use_linear_projection=False)  # two heads everywhere: widths 8 and 16
    latents, texts = noisy(1)
    with torch.no_grad():
        maps, prediction = maps_and_prediction(unet, latents, 100, texts[1:], WindowCall(NUM_PARTS))
        plain = unet(latents, 100, encoder_hidden_states=texts[1:]).sample
    assert {round(layer.scale**-2) for layer in maps.layers} == {8}
    assert difference(prediction[0], plain) <= 1e-6


def test_another_kind_of_unet_is_refused_with_a_sentence() -> None:
    unet = small_unet(layers_per_block=1)
    latents, texts = noisy(1)
    with pytest.raises(InputError, match=r"Stable Diffusion 1\.x and 2\.x"):
        attention_maps(unet, latents, 100, texts[-1], WindowCall(NUM_PARTS))
