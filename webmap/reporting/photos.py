"""Photos of reports: what comes in is drawn anew, so that nothing but the picture itself is kept."""

from __future__ import annotations

import os
import secrets
from io import BytesIO
from pathlib import Path
from typing import IO

from geodata.errors import InputError, StoreUnavailableError
from webmap.settings import Settings

FORMATS = ("JPEG", "PNG", "WEBP")
#: More than any phone takes; what claims more is refused before it is unpacked.
MOST_PIXELS = 60_000_000
#: The longer side of what is kept.
KEPT_PX = 1600
_FOLDER = "reports"
_NAME_BYTES = 16


class PhotoError(InputError):
    """A photo that cannot be used."""


def photo_folder(settings: Settings) -> Path:
    """Return where the photos of reports are."""
    return Path(settings.reports.data_dir) / _FOLDER


def keep_photo(settings: Settings, file: IO[bytes]) -> str:
    """Keep a photo without anything but its picture, and return its name in the folder.

    Raises
    ------
    PhotoError
        If it is too large, or no picture of a kind that is taken.
    StoreUnavailableError
        If the folder cannot be written.
    """
    made = redrawn(file.read(settings.reports.photo_bytes + 1), settings.reports.photo_bytes)
    name = secrets.token_hex(_NAME_BYTES) + ".jpg"
    folder = photo_folder(settings)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            kept.write(made)
    except OSError as error:
        raise StoreUnavailableError("photo_folder", path=str(folder), detail=repr(error)) from error
    return name


def drop_photo(settings: Settings, name: str) -> None:
    """Forget a photo whose report was not kept."""
    if name:
        (photo_folder(settings) / name).unlink(missing_ok=True)


def redrawn(body: bytes, most_bytes: int) -> bytes:
    """Return a picture as a JPEG of a bounded size, upright, without metadata.

    Raises
    ------
    PhotoError
        If it is too large, or no picture of a kind that is taken.
    """
    # Here and not at the top: most workers never see a photo.
    import warnings

    from PIL import Image, ImageOps

    too_large = PhotoError("photo_too_large", megabytes=most_bytes // 1_000_000, megapixels=MOST_PIXELS // 1_000_000)
    if len(body) > most_bytes:
        raise too_large
    try:
        # Only the head is read here: a picture that unpacks to too much is refused by what it says of itself. What
        # the library itself warns of, or refuses, at sizes of its own is beyond ours.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(BytesIO(body), formats=FORMATS)
        if opened.width * opened.height > MOST_PIXELS:
            raise too_large
        opened.draft("RGB", (KEPT_PX, KEPT_PX))  # a JPEG is unpacked no larger than needed
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((KEPT_PX, KEPT_PX))
        plain = Image.new("RGB", upright.size, "white")
        layers = upright.convert("RGBA")
        plain.paste(layers, mask=layers.getchannel("A"))
        made = BytesIO()
        plain.save(made, "JPEG", quality=82, optimize=True)
    except Image.DecompressionBombError as error:
        raise too_large from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, ArithmeticError, LookupError, TypeError) as error:
        # Whatever the library stumbles over in a broken file.
        raise PhotoError("photo_unreadable", detail=type(error).__name__) from error
    return made.getvalue()
