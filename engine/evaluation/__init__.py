"""How good a result is: J, boundary F, mIoU and flicker against true label maps."""

from engine.evaluation.evaluate import evaluate
from engine.evaluation.report import PartFigures, Report

__all__ = ["PartFigures", "Report", "evaluate"]
