"""Whether what stands in a column can be what its heading says."""

from __future__ import annotations

from collections.abc import Sequence

from importers.cleaning import split_list
from importers.coordinates import is_angle, is_pair
from importers.partial_hours import CLOSES, OPENS, are_clocks
from importers.words import Words, coded

COORDINATES = frozenset({"lon", "lat", "lonlat"})


def content_fits(field: str, texts: Sequence[str], subject: str, words: Words) -> bool:
    """Tell whether a column that a heading takes for a field could be that by what stands in it."""
    if not texts:
        return True
    if field in COORDINATES:
        return are_coordinates(field, texts)
    if group := coded(subject).get(field):
        if field == "access":  # a place may have several ways in
            texts = [item for text in texts for item in split_list(text)]
        known = sum((words.find(group, text) or words.level_within(group, text)) is not None for text in texts)
        return 2 * known >= len(texts)
    if field in (OPENS, CLOSES):
        return are_clocks(texts)
    if field.startswith(("facilities.", "services.")):
        return any(words.value(text) for text in texts)
    if field == "address":
        return not all(is_pair(text) for text in texts)
    return True


def are_coordinates(field: str, texts: Sequence[str]) -> bool:
    """Tell whether any text is an angle, or a pair of them."""
    return any(map(is_pair if field == "lonlat" else is_angle, texts))
