"""How much faster the vectorised vote is than the formula point by point, timed side by side in one run.

`python -m tests.benchmarks.voting [--frames 16] [--cells 64] [--parts 4]`; the window is 15. Both must agree.
Processor time is compared, so that other work on the machine does not blur the ratio.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

from engine.jobs import run_to_end
from engine.temporal.voting import CODE_WINDOW, vote
from tests.engine.temporal.plain_voting import moving_case, plain_vote

REPEATS = 5


def main() -> None:
    """Prints the seconds of both forms, their ratio and their largest difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--cells", type=int, default=64, help="side of the score map")
    parser.add_argument("--parts", type=int, default=4, help="labels, background included")
    asked = parser.parse_args()
    scores, tracks = moving_case((asked.frames, asked.parts, asked.cells, asked.cells), seed=0)
    seconds, voted = [], scores
    for _ in range(REPEATS):
        start = time.process_time()
        voted = run_to_end(vote(scores, tracks, window=CODE_WINDOW))
        seconds.append(time.process_time() - start)
    start = time.process_time()
    expected = plain_vote(scores, tracks, CODE_WINDOW)
    plain = time.process_time() - start
    sys.stdout.write(
        f"point by point {plain:.3f} s, vectorised {min(seconds):.4f} s (best of {REPEATS}), "
        f"ratio {plain / min(seconds):.0f}, largest difference {np.abs(voted - expected).max():.1e}\n"
    )


if __name__ == "__main__":
    main()
