"""Archives: what may be taken out of them, and how much; a zipped map is unpacked under names of our own."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from geodata.errors import FileError
from importers.reading import limits

#: What zipfile raises for archives that are torn, protected or packed in unusual ways; ``NotImplementedError`` is its
#: word for a compression that it does not know.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)
_CHUNK = 1 << 20
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\x00")
#: The files that may be read out of an archive, and those that come with a shapefile.
_MAPS = (".shp", ".kml", ".gpkg", ".geojson", ".json", ".gpx", ".fgb")
_BESIDE = (".dbf", ".shx", ".prj", ".cpg")


def check_members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the members of an archive that may be unpacked.

    Raises
    ------
    FileError
        If the archive is torn, unpacks to more than the bound, has too many members, or one whose name leads
        out of the folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except BROKEN as error:
        raise FileError("file_archive_broken", file=path.name, detail=str(error)[:200]) from error
    if len(members) > limits.MAX_MEMBERS or sum(member.file_size for member in members) > limits.MAX_UNPACKED_BYTES:
        raise FileError("file_unpacks_too_large", file=path.name, limit=f"{limits.MAX_UNPACKED_BYTES / 1e6:.0f}")
    for member in members:
        # orig_filename: zipfile itself cuts a name at a NUL and turns backslashes round.
        for name in (member.filename, member.orig_filename):
            if _OUTSIDE.search(name):
                raise FileError("file_archive_paths", file=path.name, member=name[:100])
    return members


def map_in(path: Path) -> str | None:
    """Return the suffix of the map in an archive, ``None`` if it holds none.

    Raises
    ------
    FileError
        As :func:`check_members`; and if there are several maps.
    """
    found = _maps(check_members(path))
    if len(found) > 1:
        names = ", ".join(member.filename for member in found)[:200]
        raise FileError("file_archive_several", file=path.name, members=names)
    return Path(found[0].filename).suffix.lower() if found else None


def _maps(members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    found = [
        member
        for member in members
        if not member.is_dir()
        and Path(member.filename).suffix.lower() in _MAPS
        and not Path(member.filename).name.startswith(".")
        and "__MACOSX" not in member.filename
    ]
    # A KMZ may bring further KML files, to which doc.kml refers.
    document = [member for member in found if member.filename.lower() == "doc.kml"]
    return document or found


def unpack_map(path: Path, folder: Path) -> tuple[Path, str]:
    """Unpack the one map of an archive, and what belongs to it, into a folder; return its path and its own name.

    Raises
    ------
    FileError
        As :func:`map_in`; and if the archive has no map, or a member unpacks to something else than it says.
    """
    members = check_members(path)
    maps = _maps(members)
    if not maps:
        raise FileError("file_archive", file=path.name)
    main = Path(maps[0].filename)
    wanted = {maps[0].filename: main.suffix.lower()}
    if main.suffix.lower() == ".shp":
        for member in members:
            other = Path(member.filename)
            if other.with_suffix("") == main.with_suffix("") and other.suffix.lower() in _BESIDE:
                wanted[member.filename] = other.suffix.lower()
    try:
        with zipfile.ZipFile(path) as archive:
            for member in members:
                if member.filename in wanted:
                    _copy(archive, member, folder / f"map{wanted[member.filename]}")
    except BROKEN as error:
        raise FileError("file_archive_broken", file=path.name, detail=str(error)[:200]) from error
    return folder / f"map{main.suffix.lower()}", Path(_plain_name(maps[0])).stem


def _plain_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; one that does not say that it is UTF-8 was written by a Chinese Windows, or is ASCII."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    # zipfile gives no more than the size that was checked, and raises where the checksum is another.
    with archive.open(member) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)
