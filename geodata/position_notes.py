"""Why a position is not exact, in words: the note of a position is a code, sometimes with values, or plain text."""

from __future__ import annotations

from geodata.messages import LANGS, Message, catalogue

#: Between the code and its values.
SEPARATOR = "|"
#: The code of positions that a geocoding service found; its values are the service and its level of the match.
GEOCODED = "position_geocoded"


def position_note(text: str) -> dict[str, str] | None:
    """Return the note of a position by language, with its code; ``None`` for an empty one.

    A text that is no code of the catalogue was written by a person and is the same in both languages.
    """
    if not text:
        return None
    code, *values = text.split(SEPARATOR)
    if code == GEOCODED and len(values) == 2:
        service, level = values
        return {"code": code} | {
            lang: Message(code, {"service": _service(service, lang), "level": level}).text(lang) for lang in LANGS
        }
    if text in catalogue():
        return {"code": text, **Message(text).texts()}
    return {"code": "", "zh": text, "en": text}


def _service(name: str, lang: str) -> str:
    return catalogue().get(f"service_{name}", {}).get(lang, name)
