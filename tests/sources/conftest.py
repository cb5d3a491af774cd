"""A platform of one's own for each test of a source."""

from collections.abc import Iterator

import pytest
from lying_platform import Platform, lying_platform


@pytest.fixture
def platform() -> Iterator[Platform]:
    with lying_platform() as platform:
        yield platform
