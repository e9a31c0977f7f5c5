"""Settings of all tests."""

from __future__ import annotations

import gc
import os

from hypothesis import settings

# A check must give the same answer twice. `HYPOTHESIS_PROFILE=explore` looks for new counterexamples, by hand.
settings.register_profile("check", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))


def pytest_collection_finish() -> None:
    """Puts what imports have made out of the collector's sight: the window's tests collect after every window."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Gives everything back to the collector, so that libraries can clean up."""
    gc.unfreeze()
