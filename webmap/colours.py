"""A main colour and what goes with it, by the contrast of WCAG 2: white or black stands out from any at 4.5:1."""

from __future__ import annotations

from dataclasses import dataclass

WHITE, BLACK = "ffffff", "000000"


@dataclass(frozen=True, slots=True)
class Accent:
    """A main colour, a deeper one for what the pointer is on, and the colour of text upon them; ``#rrggbb`` each."""

    main: str
    deep: str
    text: str


def accent(colour: str) -> Accent:
    """Return the colours that go with ``colour``.

    Parameters
    ----------
    colour : str
        ``rrggbb``.
    """
    text = max((WHITE, BLACK), key=lambda each: contrast(colour, each))
    deep = _mixed(colour, BLACK if text == WHITE else WHITE, 0.2)
    return Accent(f"#{colour}", f"#{deep}", f"#{text}")


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (p / 255 for p in _parts(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(colour: str, other: str, part: float) -> str:
    return "".join(
        f"{round(a * (1 - part) + b * part):02x}" for a, b in zip(_parts(colour), _parts(other), strict=True)
    )


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (0, 2, 4))
