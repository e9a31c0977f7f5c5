from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import InputError, MemoryLimitError
from engine.smite.embeddings import (
    check_number_of_parts,
    initial_embeddings,
    prompt,
    states_by_position,
    text_states,
)
from engine.smite.loading import DiffusionModel, load_model
from tests.engine.smite.tiny_model import TEXT_WIDTH, make_tiny_model

CPU = torch.device("cpu")
UNET, VAE, TEXT = (
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
    "text_encoder/model.safetensors",
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def model(saved: Path) -> DiffusionModel:
    return load_model(saved, CPU)


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def same_weights(first: DiffusionModel, second: DiffusionModel) -> bool:
    pairs = ((first.unet, second.unet), (first.vae, second.vae), (first.text_encoder, second.text_encoder))
    return all(
        a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
        for a, b in ((x.state_dict(), y.state_dict()) for x, y in pairs)
    )


def test_a_saved_model_comes_back_with_its_own_sizes(model: DiffusionModel) -> None:
    assert model.max_tokens == 77
    assert model.latent_scale == 2
    assert model.schedule.prediction == "epsilon"
    assert model.schedule.alphas_cumprod.shape == (1000,)
    assert not any(parameter.requires_grad for parameter in model.unet.parameters())


def test_text_encoder_keys_load_with_and_without_their_old_prefix(
    saved: Path, copy: Path, model: DiffusionModel
) -> None:
    tensors = load_file(copy / TEXT)
    prefixed = all(name.startswith("text_model.") for name in tensors)
    turned = {name.removeprefix("text_model.") if prefixed else f"text_model.{name}": t for name, t in tensors.items()}
    save_file(turned, copy / TEXT, metadata={"format": "pt"})
    assert same_weights(load_model(copy, CPU), model)


def test_old_names_of_the_autoencoders_attention_load(copy: Path, model: DiffusionModel) -> None:
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    tensors = {}
    for name, tensor in load_file(copy / VAE).items():
        for new_part, old_part in old.items():
            if ".attentions." in name:
                name = name.replace(f".{new_part}.", f".{old_part}.")
        tensors[name] = tensor
    assert any(".query." in name for name in tensors)
    save_file(tensors, copy / VAE, metadata={"format": "pt"})
    assert same_weights(load_model(copy, CPU), model)


def test_half_precision_files_are_found_where_there_are_no_others(copy: Path, model: DiffusionModel) -> None:
    for name in (UNET, VAE, TEXT):
        halves = {key: tensor.half() for key, tensor in load_file(copy / name).items()}
        save_file(halves, copy / name.replace(".safetensors", ".fp16.safetensors"), metadata={"format": "pt"})
        (copy / name).unlink()
    loaded = load_model(copy, CPU)
    first, second = loaded.unet.state_dict(), model.unet.state_dict()
    assert all(tensor.dtype == torch.float32 for tensor in first.values())
    assert all(torch.allclose(first[name], second[name], atol=2e-3, rtol=2e-3) for name in second)
    assert loaded.identity.config_hash == model.identity.config_hash


def test_velocity_models_say_so(tmp_path: Path, model: DiffusionModel) -> None:
    other = load_model(make_tiny_model(tmp_path / "v", prediction="v_prediction"), CPU)
    assert other.schedule.prediction == "v_prediction"
    assert other.identity.config_hash != model.identity.config_hash


def test_identity_depends_on_the_architecture_not_on_who_saved_it(copy: Path, model: DiffusionModel) -> None:
    config = json.loads((copy / "unet/config.json").read_text())
    config["_diffusers_version"] = "0.8.0"
    (copy / "unet/config.json").write_text(json.dumps(config))
    assert load_model(copy, CPU).identity.config_hash == model.identity.config_hash


def test_a_folder_that_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no Stable Diffusion model: unet/config\.json is missing"):
        load_model(tmp_path, CPU)


def test_a_single_file_checkpoint_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "v2-1.safetensors"
    file.write_bytes(b"")
    with pytest.raises(InputError, match="diffusers layout"):
        load_model(file, CPU)


def test_a_pickle_checkpoint_is_refused_and_never_opened(copy: Path) -> None:
    (copy / UNET).rename(copy / "unet/diffusion_pytorch_model.bin")
    with pytest.raises(InputError, match=r"pickle file.*foreign code.*Only \.safetensors"):
        load_model(copy, CPU)


def test_no_weights_at_all_is_a_sentence(copy: Path) -> None:
    (copy / VAE).unlink()
    with pytest.raises(InputError, match="holds no weights"):
        load_model(copy, CPU)


def test_damaged_weights_are_a_sentence(copy: Path) -> None:
    (copy / UNET).write_bytes((copy / UNET).read_bytes()[:1000])
    with pytest.raises(InputError, match="cannot be read"):
        load_model(copy, CPU)


@pytest.mark.parametrize("name", [UNET, VAE, TEXT])
def test_weights_with_a_missing_layer_are_a_sentence_not_a_random_layer(copy: Path, name: str) -> None:
    tensors = load_file(copy / name)
    del tensors[max(tensors)]
    save_file(tensors, copy / name, metadata={"format": "pt"})
    with pytest.raises(InputError, match="incomplete"):
        load_model(copy, CPU)


def test_an_unknown_kind_of_prediction_is_a_sentence(copy: Path) -> None:
    config = json.loads((copy / "scheduler/scheduler_config.json").read_text())
    config["prediction_type"] = "sample"
    (copy / "scheduler/scheduler_config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="predicts 'sample'"):
        load_model(copy, CPU)


def test_learned_vectors_take_the_places_behind_the_background_token(model: DiffusionModel) -> None:
    states = text_states(model, ["disc", "square"])
    vectors = torch.arange(2 * TEXT_WIDTH, dtype=torch.float32).reshape(2, TEXT_WIDTH)
    text = states.with_parts(vectors)
    assert text.shape == (77, TEXT_WIDTH)
    assert torch.equal(text[0], states.prompt[0])
    assert torch.equal(text[1:3], vectors)
    assert torch.equal(text[3:], states.prompt[3:])


def test_vectors_start_from_the_state_that_has_read_the_whole_name(model: DiffusionModel) -> None:
    names = ["square", "left ear"]
    vectors = initial_embeddings(model, names, "names", torch.Generator())
    with torch.no_grad():
        for name, vector in zip(names, vectors, strict=True):
            tokens = model.tokenizer(name, return_tensors="pt")["input_ids"]  # start, pieces ..., end
            states = model.text_encoder(tokens).last_hidden_state[0]
            assert torch.allclose(vector, states[-2], atol=1e-5)


def test_vectors_do_not_depend_on_the_order_of_the_parts(model: DiffusionModel) -> None:
    forward = initial_embeddings(model, ["disc", "square"], "names", torch.Generator())
    backward = initial_embeddings(model, ["square", "disc"], "names", torch.Generator())
    assert torch.equal(forward, backward.flip(0))


def test_the_authors_initialisation_is_off_by_one(model: DiffusionModel) -> None:
    states = text_states(model, ["disc", "square"])
    assert prompt(["disc", "square"]) == "background disc square"
    vectors = states_by_position(states, 2)
    assert torch.equal(vectors, states.prompt[1:3])
    position_of_word = {"background": 1, "disc": 2}  # each one token here
    assert torch.equal(vectors[0], states.prompt[position_of_word["background"]])


def test_random_vectors_follow_the_seed_and_the_spread_of_states(model: DiffusionModel) -> None:
    first, again, other = (
        initial_embeddings(model, ["a"] * 50, "random", torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    spread = text_states(model, []).empty.std()
    assert 0.3 * float(spread) < float(first.std()) < 3 * float(spread)


def test_forty_parts_fit_and_seventy_seven_are_a_sentence(model: DiffusionModel) -> None:
    check_number_of_parts(40, model.max_tokens)
    check_number_of_parts(76, model.max_tokens)
    with pytest.raises(InputError, match="room for 76 parts; the project has 77"):
        check_number_of_parts(77, model.max_tokens)
    with pytest.raises(InputError, match="no part"):
        check_number_of_parts(0, model.max_tokens)


def test_a_model_that_does_not_fit_is_not_loaded_and_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_tiny_model(tmp_path / "tiny")
    needed = sum(path.stat().st_size for path in folder.rglob("*.safetensors"))
    monkeypatch.setattr("engine.smite.loading.free_memory", lambda _device: needed - 1)
    with pytest.raises(MemoryLimitError, match=r"needs 0\.0 GB on 'cpu'.*Nothing was started"):
        load_model(folder, torch.device("cpu"), name="tiny")
    monkeypatch.setattr("engine.smite.loading.free_memory", lambda _device: needed)
    load_model(folder, torch.device("cpu"), name="tiny")
