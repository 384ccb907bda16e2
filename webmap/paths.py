"""Where the files lie that are no Python modules: beside the checkout's packages, or inside the installed wheel."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def package_folder() -> Path:
    """Return the folder of the package ``webmap``."""
    return Path(str(files("webmap")))


def templates_folder() -> Path:
    """Return the folder of the Jinja templates.

    In a checkout that is ``templates/`` at the top; the wheel carries the same files as ``webmap/templates``.

    Raises
    ------
    FileNotFoundError
        If neither is there: the installation is not whole.
    """
    installed = package_folder() / "templates"
    checkout = package_folder().parent / "templates"
    for folder in (installed, checkout):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"stationmap is not installed completely: no templates at {installed} nor at {checkout}")


def static_folder() -> Path:
    """Return the folder of the static files."""
    return package_folder() / "static"


def translations_folder() -> Path:
    """Return the folder of the translations of templates and pages."""
    return package_folder() / "translations"


def sample_folder() -> Path:
    """Return the folder of the sample data."""
    return package_folder() / "sample"
