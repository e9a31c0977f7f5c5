"""What is said over the picture: which version a pane shows, and what is to be known of the frame."""

from __future__ import annotations

from app.i18n import tr
from app.viewer.drawing import differing_share
from app.viewer.heat import confidence_words
from app.viewer.look import Pane
from app.viewer.model import ViewerModel


def pane_words(model: ViewerModel, pane: Pane) -> str:
    """Returns what a pane shows: the plate, or the name of a version."""
    results = model.sources.results
    if pane.source == "plate":
        return tr("Plate")
    version = results.chosen if pane.source == "chosen" else results.compared
    return version.name if version is not None else tr("Plate")


def frame_words(model: ViewerModel, *, slow: bool) -> str:
    """Returns the lines that stand over the frame, or "" where there is nothing to say.

    Args:
        model: What is shown.
        slow: The frame has been waited for so long that it should be said.
    """
    if model.clip is None or model.look.peek:
        return tr("Plate") if model.look.peek and model.clip is not None else ""
    shot = model.shot
    lines = []
    if slow and not shot.complete:
        lines.append(
            tr("Reading frame {f}; frame {s} is shown meanwhile").format(f=shot.frame, s=shot.shown)
            if shot.shown != shot.frame
            else tr("Reading frame {f} …").format(f=shot.frame)
        )
    lines += _result_words(model)
    return "\n".join(lines)


def _result_words(model: ViewerModel) -> list[str]:
    results, mode = model.sources.results, model.look.mode
    if results.chosen is None:
        return [] if mode == "overlay" else [tr("No result yet: press Run to segment this clip")]
    state = results.state(model.shot.frame)
    if state == "none":
        return [tr("No result for this frame yet")]
    lines = []
    if state == "draft":
        lines.append(tr("Draft: a better answer for this frame is on its way"))
    elif state == "stale":
        lines.append(tr("Stale: made from something that has changed since; run again to renew it"))
    if mode == "confidence":
        lines.append(confidence_words(model.record))
    elif mode == "difference":
        lines.append(_difference_words(model))
    return lines


def _difference_words(model: ViewerModel) -> str:
    compared = model.sources.results.compared
    if compared is None:
        return tr("There is no second version to compare with")
    now, before = model.layer("labels", "chosen"), model.layer("labels", "compared")
    if now is None or before is None or now.pixels is None or before.pixels is None:
        return tr("{v} has no labels for this frame").format(v=compared.name)
    share = 100 * differing_share(now.pixels, before.pixels)
    if share == 0:
        return tr("Nothing differs from {v} in this frame").format(v=compared.name)
    return tr("{p} % of the pixels differ from {v}. Stripes: gone since {v}").format(p=f"{share:.2f}", v=compared.name)
