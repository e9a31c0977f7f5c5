from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.jobs import Event, Job, Message
from engine.media import open_clip
from engine.media.anchors import AnchorSet, read_anchors
from engine.media.label_png import write_label_png
from engine.media.references import ReferenceSet, read_references
from tests.engine.media.media_footage import indexed_video, solid, write_still

WIDTH, HEIGHT = 24, 16
PARTS = PartSet.from_names(["hair", "face"])
SHARED = Path(__file__).parents[4] / "shared" / "media"


def labels(*ids: int) -> np.ndarray:
    image = np.zeros((HEIGHT, WIDTH), np.uint8)
    for at, part_id in enumerate(ids):
        image[4:12, 2 + 6 * at : 8 + 6 * at] = part_id
    return image


def picture(path: Path) -> Path:
    return write_still(path, solid(WIDTH, HEIGHT))


def binary(path: Path, mask: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((mask * 255).astype(np.uint8)).save(path)
    return path


def done(job: Job) -> tuple[ReferenceSet | AnchorSet, list[str]]:
    """The job's result, and its messages."""
    events: list[Event] = []
    try:
        while True:
            events.append(next(job))
    except StopIteration as stop:
        return stop.value, [event.text for event in events if isinstance(event, Message)]


def both_parts_beside(root: Path) -> None:
    for stem in ("a", "b"):
        picture(root / f"{stem}.jpg")
        write_label_png(root / f"{stem}.png", labels(1, 2), PARTS)


def images_and_masks(root: Path) -> None:
    for stem in ("a", "b"):
        picture(root / "images" / f"{stem}.png")
        write_label_png(root / "masks" / f"{stem}.png", labels(1, 2), PARTS)


def jpegimages_and_annotations(root: Path) -> None:
    for stem in ("a", "b"):
        picture(root / "JPEGImages" / f"{stem}.jpg")
        write_label_png(root / "Annotations" / f"{stem}.png", labels(1, 2), PARTS)


def a_folder_for_each_part(root: Path) -> None:
    for stem in ("a", "b"):
        picture(root / "images" / f"{stem}.png")
        binary(root / "masks" / "hair" / f"{stem}.png", labels(1, 2) == 1)
        binary(root / "masks" / "face" / f"{stem}.png", labels(1, 2) == 2)


def suffixes_in_the_masks_folder(root: Path) -> None:
    for stem in ("a", "b"):
        picture(root / "images" / f"{stem}.jpg")
        binary(root / "masks" / f"{stem}_hair.png", labels(1, 2) == 1)
        binary(root / "masks" / f"{stem}_face.png", labels(1, 2) == 2)


def suffixes_beside_png_images(root: Path) -> None:
    for stem in ("a", "b"):
        picture(root / f"{stem}.png")
        binary(root / f"{stem}_hair.png", labels(1, 2) == 1)
        binary(root / f"{stem}_face.png", labels(1, 2) == 2)


def arrays_beside(root: Path) -> None:
    for stem in ("a", "b"):
        picture(root / f"{stem}.png")
        np.save(root / f"{stem}.npy", labels(1, 2))


LAYOUTS = [
    both_parts_beside,
    images_and_masks,
    jpegimages_and_annotations,
    a_folder_for_each_part,
    suffixes_in_the_masks_folder,
    suffixes_beside_png_images,
    arrays_beside,
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_every_layout_gives_the_same_references(tmp_path: Path, layout) -> None:
    root = tmp_path / "with space é"
    root.mkdir()
    layout(root)
    found, messages = done(read_references(root, parts=PARTS))
    assert [r.name for r in found.references] == ["a", "b"]
    for reference in found.references:
        assert np.array_equal(reference.painted.labels, labels(1, 2))
        assert reference.image.shape == (HEIGHT, WIDTH, 3)
        assert reference.frame is None
    assert found.parts == PARTS
    assert messages == []


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_parts_are_found_where_nobody_named_them(tmp_path: Path, layout) -> None:
    layout(tmp_path)
    found, _ = done(read_references(tmp_path))
    per_part = "part" in layout.__name__.replace("both_parts", "") or "suffixes" in layout.__name__
    assert set(found.parts.names) == ({"hair", "face"} if per_part else {"part1", "part2"})


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_one_image_file_is_one_reference(tmp_path: Path, layout) -> None:
    layout(tmp_path)
    image = next(
        p
        for p in sorted(tmp_path.rglob("b.[jp][pn]g"))
        if p.parent.name not in ("masks", "hair", "face", "Annotations")
    )
    if image.with_suffix(".jpg").exists():
        image = image.with_suffix(".jpg")
    found, _ = done(read_references(image, parts=PARTS))
    assert [r.name for r in found.references] == ["b"]
    assert np.array_equal(found.references[0].painted.labels, labels(1, 2))


def test_arrays_with_other_names_pair_in_natural_order_with_a_warning(tmp_path: Path) -> None:
    for n in (1, 2, 10):
        picture(tmp_path / "images" / f"img{n}x.png")
    (tmp_path / "masks").mkdir()
    for n, ids in (("first", (1,)), ("second", (2,)), ("third", (1, 2))):
        np.save(tmp_path / "masks" / f"{n}.npy", labels(*ids))
    found, messages = done(read_references(tmp_path))
    assert [r.painted.part_ids for r in found.references] == [(1,), (2,), (1, 2)]
    assert "paired in their order" in messages[0]


def test_masks_pair_by_number_where_stems_differ(tmp_path: Path) -> None:
    for n in (3, 4):
        picture(tmp_path / "images" / f"image_{n:04d}.jpg")
    (tmp_path / "masks").mkdir()
    write_label_png(tmp_path / "masks" / "mask_4.png", labels(1), PARTS)
    found, messages = done(read_references(tmp_path))
    assert [r.name for r in found.references] == ["image_0004"]
    assert messages == ["Images without a mask are left out: image_0003.jpg."]


def test_partial_masks_are_unknown_where_they_show_nothing(tmp_path: Path) -> None:
    for stem, ids in (("a", (1,)), ("b", (1, 2))):
        picture(tmp_path / f"{stem}.jpg")
        write_label_png(tmp_path / f"{stem}.png", labels(*ids), PARTS)
    found, _ = done(read_references(tmp_path, partial=True))
    assert np.unique(found.references[0].painted.labels).tolist() == [1, 255]
    assert np.unique(found.references[1].painted.labels).tolist() == [0, 1, 2]


def test_masks_of_nothing_but_background_are_refused(tmp_path: Path) -> None:
    both_parts_beside(tmp_path)
    for stem in ("a", "b"):
        write_label_png(tmp_path / f"{stem}.png", labels(), PARTS)
    for parts in (PARTS, None):
        with pytest.raises(InputError, match="All 2 masks are nothing but background"):
            done(read_references(tmp_path, parts=parts))


def test_one_background_mask_among_others_is_kept(tmp_path: Path) -> None:
    both_parts_beside(tmp_path)
    write_label_png(tmp_path / "a.png", labels(), PARTS)
    found, _ = done(read_references(tmp_path))
    assert len(found.references) == 2


def test_a_part_that_no_mask_shows_is_told(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    write_label_png(tmp_path / "a.png", labels(1), PARTS)
    _, messages = done(read_references(tmp_path, parts=PARTS))
    assert messages == ["No mask shows face: nothing can be learned of it."]


def test_a_part_of_one_pixel_is_kept_with_a_warning(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    tiny = labels(1)
    tiny[0, 0] = 2
    write_label_png(tmp_path / "a.png", tiny, PARTS)
    found, messages = done(read_references(tmp_path, parts=PARTS))
    assert np.array_equal(found.references[0].painted.labels, tiny)
    assert messages == ["face is painted on 1 px in all; it may be lost."]


def test_twenty_parts_are_read(tmp_path: Path) -> None:
    parts = PartSet.from_names([f"p{i}" for i in range(20)])
    picture(tmp_path / "a.jpg")
    many = np.repeat(np.arange(WIDTH, dtype=np.uint8)[None] % 21, HEIGHT, axis=0)
    write_label_png(tmp_path / "a.png", many, parts)
    found, _ = done(read_references(tmp_path))
    assert found.parts.ids == tuple(range(1, 21))


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    write_label_png(tmp_path / "a.png", np.ones((8, 12), np.uint8), PARTS)
    with pytest.raises(InputError, match="The mask of 'a' is 12x8, its image 24x16"):
        done(read_references(tmp_path))


def test_a_mask_folder_of_an_unknown_part_is_refused(tmp_path: Path) -> None:
    a_folder_for_each_part(tmp_path)
    with pytest.raises(InputError, match=r"belongs to 'face', which is no part\. Known: 1 hair"):
        done(read_references(tmp_path, parts=PartSet.from_names(["hair"])))


def test_two_masks_for_one_image_are_refused(tmp_path: Path) -> None:
    both_parts_beside(tmp_path)
    np.save(tmp_path / "a.npy", labels(1))
    with pytest.raises(InputError, match=r"'a' has several masks: 'a\.npy', 'a\.png'"):
        done(read_references(tmp_path))


@pytest.mark.parametrize("given", ["missing", "empty", "unpainted"])
def test_folders_without_references_are_refused(tmp_path: Path, given: str) -> None:
    root = tmp_path / given
    if given != "missing":
        root.mkdir()
    if given == "unpainted":
        picture(root / "a.jpg")
    sentence = {"missing": "does not exist", "empty": "holds no images", "unpainted": "has a mask"}[given]
    with pytest.raises(InputError, match=sentence):
        done(read_references(root))


def clip(tmp_path: Path) -> Path:
    for n in (1001, 1002, 1003):
        picture(tmp_path / "shot" / f"sh.{n}.png")
    return tmp_path / "shot"


def test_anchors_pair_with_frames_by_number(tmp_path: Path) -> None:
    source = open_clip(clip(tmp_path))
    write_label_png(tmp_path / "a" / "painted_1003.png", labels(1, 2), PARTS)
    write_label_png(tmp_path / "a" / "sh.1001.png", labels(2), PARTS)
    found, messages = done(read_anchors(tmp_path / "a", source, parts=PARTS))
    assert list(found.painted) == [1001, 1003]
    assert np.array_equal(found.painted[1003].labels, labels(1, 2))
    assert messages == []


def test_anchors_for_each_part_pair_by_suffix_and_by_folder(tmp_path: Path) -> None:
    source = open_clip(clip(tmp_path))
    for part, part_id in (("hair", 1), ("face", 2)):
        binary(tmp_path / "suffix" / f"sh.1002_{part}.png", labels(1, 2) == part_id)
        binary(tmp_path / "folder" / part / "1002.png", labels(1, 2) == part_id)
    for name in ("suffix", "folder"):
        found, _ = done(read_anchors(tmp_path / name, source, parts=PARTS))
        assert list(found.painted) == [1002]
        assert np.array_equal(found.painted[1002].labels, labels(1, 2))


def test_anchors_of_a_video_pair_with_frames_from_zero(tmp_path: Path) -> None:
    source = open_clip(indexed_video(tmp_path / "v.mp4", 3))
    path = tmp_path / "a" / "000002.png"
    write_label_png(path, np.ones((source.info.height, source.info.width), np.uint8), PARTS)
    assert list(done(read_anchors(tmp_path / "a", source))[0].painted) == [2]
    assert list(done(read_anchors(path, source))[0].painted) == [2]


def test_a_still_without_a_number_takes_the_mask_of_its_stem(tmp_path: Path) -> None:
    source = open_clip(picture(tmp_path / "portrait.jpg"))
    write_label_png(tmp_path / "a" / "portrait.png", labels(1), PARTS)
    assert list(done(read_anchors(tmp_path / "a", source))[0].painted) == [0]


def test_masks_for_no_frame_of_the_clip_are_refused(tmp_path: Path) -> None:
    source = open_clip(clip(tmp_path))
    for n in (1001, 1004, 1005):
        write_label_png(tmp_path / "a" / f"sh.{n}.png", labels(1), PARTS)
    with pytest.raises(InputError, match=r"frames 1004-1005 \(first: 'sh\.1004\.png'\) belong to no frame of 'shot'"):
        done(read_anchors(tmp_path / "a", source))


@pytest.mark.parametrize(
    ("mask", "name", "sentence"),
    [
        (np.ones((9, 9), np.uint8), "1001", "is 9x9, its image 24x16"),
        (labels(), "1001", "nothing but background"),
        (labels(1, 5), "1001", "holds the index 5, which is no part"),
        (labels(1), "painted", "no frame number in its name"),
    ],
)
def test_bad_anchors_are_refused(tmp_path: Path, mask: np.ndarray, name: str, sentence: str) -> None:
    source = open_clip(clip(tmp_path))
    write_label_png(tmp_path / "a" / f"{name}.png", mask, PARTS)
    with pytest.raises(InputError, match=sentence):
        done(read_anchors(tmp_path / "a", source, parts=PARTS))


@pytest.mark.parametrize("given", ["missing", "empty"])
def test_anchor_folders_without_masks_are_refused(tmp_path: Path, given: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="does not exist" if given == "missing" else "holds no masks"):
        done(read_anchors(tmp_path / given, open_clip(clip(tmp_path))))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared footage is not on this machine")
@pytest.mark.parametrize(
    ("name", "partial", "frames", "ids"),
    [
        ("caps", False, [0, 14, 33, 43, 66], (1, 2)),
        ("bike", False, [0], (1, 2)),
        ("judo", True, [0, 5, 8, 13], (1, 2, 3, 4)),
    ],
)
def test_real_footage_is_read(name: str, partial: bool, frames: list[int], ids: tuple[int, ...]) -> None:
    source = open_clip(SHARED / name / "JPEGImages")
    anchors, messages = done(read_anchors(SHARED / name / "Annotations", source, partial=partial))
    references, _ = done(read_references(SHARED / name, partial=partial))
    assert list(anchors.painted) == frames
    assert anchors.parts.ids == references.parts.ids == ids
    assert len(references.references) == len(frames)
    assert [m for m in messages if "fitted" in m] == (
        ["The mask of 'judo 5' is 853x480, its image 854x480: its right and bottom edges were fitted."]
        if name == "judo"
        else []
    )
