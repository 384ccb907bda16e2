"""A position must not reach a log, however it gets into a message."""

from __future__ import annotations

import pytest

from webmap.privacy import describe_exception, without_positions


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v1/sites/nearby?lat=37.5361&lon=121.3912 200",
        "no place at (121.3912, 37.5361)",
        "point -37.5361 +121.3912 is odd",
        "https://example.org/en/?lat=37.5361",
        "could not convert '37.5361' to an integer",
    ],
)
def test_coordinates_and_query_strings_go(text: str) -> None:
    cleaned = without_positions(text)
    assert "5361" not in cleaned
    assert "3912" not in cleaned


def test_the_rest_stays() -> None:
    line = "127.0.0.1 GET /api/v1/sites/7KQ2MX 200 12.3 ms"
    assert without_positions(line) == line


def test_traceback_keeps_its_lines_but_not_the_position() -> None:
    try:
        raise ValueError("37.5361 is no latitude")
    except ValueError as error:
        text = describe_exception(error)
    assert "ValueError" in text
    assert "test_privacy.py" in text
    assert "37.5361" not in text
