"""SAM 2 on a tiny random network: what goes in and out is checked, not what it has learned."""

from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.cli.worker_command import worker_command
from engine.errors import EngineError, InputError, InternalError, MissingModelError
from engine.select.hints import Hints
from engine.select.sam2 import Sam2, has_weights, prepared
from engine.select.sam2_client import Sam2Client
from engine.select.sam2_worker import serve

torch = pytest.importorskip("torch")
IMAGE = np.random.default_rng(0).integers(0, 256, (50, 80, 3), np.uint8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SAM 2 of 0.13 M random weights for images of 64 pixels."""
    from transformers import Sam2Config, Sam2Model
    from transformers.models.sam2.configuration_sam2 import (
        Sam2HieraDetConfig,
        Sam2MaskDecoderConfig,
        Sam2PromptEncoderConfig,
        Sam2VisionConfig,
    )

    backbone = Sam2HieraDetConfig(
        hidden_size=8,
        num_attention_heads=1,
        image_size=[64, 64],
        blocks_per_stage=[1, 2, 2, 1],
        embed_dim_per_stage=[8, 16, 32, 64],
        num_attention_heads_per_stage=[1, 1, 2, 2],
        window_size_per_stage=[4, 4, 4, 2],
        global_attention_blocks=[4],
        window_positional_embedding_background_size=[4, 4],
    )
    vision = Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=[64, 32, 16, 8],
        backbone_feature_sizes=[[16, 16], [8, 8], [4, 4]],
        fpn_hidden_size=32,
    )
    decoder = Sam2MaskDecoderConfig(hidden_size=32, mlp_dim=64, num_attention_heads=2, iou_head_hidden_dim=32)
    config = Sam2Config(
        vision_config=vision.to_dict(),
        prompt_encoder_config=Sam2PromptEncoderConfig(hidden_size=32, image_size=64, patch_size=16).to_dict(),
        mask_decoder_config=decoder.to_dict(),
    )
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("sam2")
    Sam2Model(config).save_pretrained(folder)
    return folder


@pytest.fixture
def client(weights: Path) -> Iterator[Sam2Client]:
    made = Sam2Client(weights, worker_command("select"))
    yield made
    made.close()


def test_preparing_is_the_formula_on_every_channel() -> None:
    flat = np.full((30, 40, 3), (10, 128, 250), np.uint8)
    pixels = prepared(flat, 64)
    assert pixels.shape == (1, 3, 64, 64)
    assert pixels.dtype == np.float32
    expected = (np.array([10, 128, 250]) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    for channel in range(3):
        np.testing.assert_allclose(pixels[0, channel], expected[channel], atol=1e-5)


def test_a_selection_is_the_model_run_by_hand(weights: Path) -> None:
    from transformers import Sam2Model

    sam = Sam2(weights)
    sam.look_at(IMAGE)
    selection = sam.select(Hints(inside=((20.5, 10.5),)))
    model = Sam2Model.from_pretrained(weights, local_files_only=True).eval()
    with torch.no_grad():
        answer = model(
            pixel_values=torch.from_numpy(prepared(IMAGE, 64)),
            input_points=torch.tensor([[[[20.5 * 64 / 80 - 0.5, 10.5 * 64 / 50 - 0.5]]]]),
            input_labels=torch.tensor([[[1]]]),
            multimask_output=True,
        )
    best = answer.pred_masks[:, 0, answer.iou_scores[0, 0].argmax()][:, None]
    full = torch.nn.functional.interpolate(best, (50, 80), mode="bilinear", align_corners=False)[0, 0] > 0
    assert selection.box == (0, 0, 80, 50)
    assert (selection.mask != full.numpy()).mean() < 0.002


@pytest.mark.parametrize(
    "hints",
    [
        Hints(inside=((20.0, 10.0), (30.0, 12.0)), outside=((70.0, 40.0),)),
        Hints(box=(10, 5, 60, 45)),
        Hints(inside=((20.0, 10.0),), box=(10, 5, 60, 45)),
    ],
)
def test_clicks_and_boxes_give_a_mask_of_the_size_of_the_image(weights: Path, hints: Hints) -> None:
    sam = Sam2(weights)
    sam.look_at(IMAGE)
    selection = sam.select(hints)
    assert selection.mask.shape == (50, 80)
    assert selection.mask.dtype == bool


def test_it_says_what_is_missing(weights: Path, tmp_path: Path) -> None:
    assert has_weights(weights)
    assert not has_weights(tmp_path)
    with pytest.raises(MissingModelError, match="GrabCut goes on working"):
        Sam2(tmp_path)
    sam = Sam2(weights)
    with pytest.raises(InternalError):
        sam.select(Hints(inside=((1.0, 1.0),)))
    sam.look_at(IMAGE)
    with pytest.raises(InputError, match="click inside"):
        sam.select(Hints())


def test_broken_weights_give_a_sentence(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((weights / "config.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(EngineError, match="cannot be loaded"):
        Sam2(tmp_path)


def test_the_worker_answers_every_message_and_goes_on_after_an_error(weights: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "image.npy", IMAGE)
    mask = tmp_path / "mask.npy"
    ask = {"inside": [[20.5, 10.5]], "outside": [], "box": None, "mask": str(mask)}
    messages = [ask, {"image": str(tmp_path / "image.npy")}, {**ask, "inside": []}, ask]
    answers = io.StringIO()
    serve(weights, "cpu", [json.dumps(m) for m in messages], answers)
    told = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert ["error" in answer for answer in told] == [False, True, False, True, False]
    sam = Sam2(weights)
    sam.look_at(IMAGE)
    np.testing.assert_array_equal(np.load(mask), sam.select(Hints(inside=((20.5, 10.5),))).mask)


def test_the_client_gives_what_the_model_gives(client: Sam2Client, weights: Path) -> None:
    hints = Hints(inside=((20.5, 10.5),))
    sam = Sam2(weights)
    sam.look_at(IMAGE)
    np.testing.assert_array_equal(client.select(IMAGE, hints).mask, sam.select(hints).mask)
    with pytest.raises(InputError, match="click inside"):
        client.select(IMAGE, Hints())


# Keeps the protocol and counts the images it was sent: its mask has that many rows set.
COUNTING_WORKER = """
import json, sys
import numpy as np
images = 0
print('{"ok": true}', flush=True)
for line in sys.stdin:
    message = json.loads(line)
    if "image" in message:
        images += 1
        shape = np.load(message["image"]).shape[:2]
    else:
        mask = np.zeros(shape, bool)
        mask[:images] = True
        np.save(message["mask"], mask)
    print('{"ok": true}', flush=True)
"""


def test_an_image_is_sent_once_and_again_to_a_new_worker() -> None:
    client = Sam2Client(Path("unused"), (sys.executable, "-c", COUNTING_WORKER))
    hints = Hints(inside=((20.5, 10.5),))

    def num_images(image: np.ndarray) -> int:
        return int(client.select(image, hints).mask[:, 0].sum())

    assert [num_images(IMAGE), num_images(IMAGE), num_images(IMAGE.copy())] == [1, 1, 2]
    client.close()
    assert not client.running
    assert num_images(IMAGE) == 1
    client.close()


def test_closing_the_client_frees_a_thread_that_waits_for_an_answer() -> None:
    client = Sam2Client(Path("unused"), (sys.executable, "-c", "import time; time.sleep(60)"))
    failures: list[str] = []

    def ask() -> None:
        try:
            client.select(IMAGE, Hints(inside=((1.0, 1.0),)))
        except EngineError as error:
            failures.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while not client.running:
        thread.join(0.01)
    client.close()
    thread.join(10)
    assert not thread.is_alive()
    assert failures
    assert "labels are as they were" in failures[0]


def test_missing_weights_reach_the_caller_as_their_sentence(tmp_path: Path) -> None:
    client = Sam2Client(tmp_path, worker_command("select"))
    with pytest.raises(InputError, match="no SAM 2 weights"):
        client.select(IMAGE, Hints(inside=((1.0, 1.0),)))
    client.close()
