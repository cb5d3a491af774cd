"""A platform for the tests of a source: one server for all, that forgets between two tests."""

from collections.abc import Iterator

import pytest
from lying_platform import Platform, lying_platform


@pytest.fixture(scope="session")
def _platform() -> Iterator[Platform]:
    with lying_platform() as platform:
        yield platform


@pytest.fixture
def platform(_platform: Platform) -> Platform:
    _platform.forget()
    return _platform
