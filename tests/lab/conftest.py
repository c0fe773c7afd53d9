"""Why the tests marked `lab` are skipped where they are."""

from __future__ import annotations

import pytest

from tests.lab.requirements import missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = missing()
    for item in items:
        if reason and item.get_closest_marker("lab"):
            item.add_marker(pytest.mark.skip(reason=reason))
