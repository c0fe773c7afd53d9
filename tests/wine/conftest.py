"""The Windows Python, built once a session; why tests marked `wine` are skipped where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import requirements
from tests.wine.wine import REQUIRED, Wine, build, missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = f"slow: set {REQUIRED}=1 to run them"
    wine_reason = "" if os.environ.get(REQUIRED) else (missing() or slow)
    reasons = {"wine": wine_reason, "lab": requirements.missing()}
    for item in items:
        for name, reason in reasons.items():
            if reason and item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def windows() -> Path:
    """The folder with python/ and prefix/."""
    return build()


@pytest.fixture(scope="session")
def wine(windows: Path) -> Iterator[Wine]:
    """Wine in this machine's own network namespace: for questions that send nothing."""
    with Wine(windows) as one:
        yield one
