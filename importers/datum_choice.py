"""In which datum a file's coordinates are taken to be, and who said so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geodata.errors import ParameterError
from geodata.sites import Datum
from importers.datums import CANDIDATES, Decision

#: What may be asked for.
DATUMS = ("auto", *CANDIDATES)


@dataclass(frozen=True, slots=True)
class DatumChoice:
    """In which datum a file's coordinates are taken to be.

    Attributes
    ----------
    datum : Datum
    assumed : bool
        Whether nobody said so and nothing shows it.
    decision : Decision, optional
        What the evidence says, where it was asked.
    before : bool
        Whether the datum is assumed because the same coordinates were taken so at an earlier import.
    """

    datum: Datum
    assumed: bool
    decision: Decision | None = None
    before: bool = False


def check_datum(option: str) -> None:
    """Refuse what is neither a datum nor ``auto``.

    Raises
    ------
    ParameterError
        If it is neither.
    """
    if option not in DATUMS:
        raise ParameterError("option_unusable", name="datum", value=option, expected=", ".join(DATUMS))


def datum_choice(
    option: str, *, stated: Datum | None = None, decision: Decision | None = None, before: Datum | None = None
) -> DatumChoice:
    """Decide the datum of a file.

    Parameters
    ----------
    option : str
        What the person asked for: a datum, or ``auto``.
    stated : Datum, optional
        What the profile or the file itself says.
    decision : Decision, optional
        What the evidence says (:func:`importers.datums.decide`).
    before : Datum, optional
        As what the same coordinates were taken at an earlier import.

    Returns
    -------
    DatumChoice
        The option if it names a datum, else what is stated, else what the evidence shows; else what was taken before or
        WGS-84, marked as assumed.
    """
    asked: Datum | None = next((datum for datum in CANDIDATES if datum == option), None)
    if datum := asked or stated:
        return DatumChoice(datum, assumed=False)
    if decision is not None and decision.datum is not None:
        return DatumChoice(decision.datum, assumed=False, decision=decision)
    return DatumChoice(before or "wgs84", assumed=True, decision=decision, before=before is not None)


#: EPSG codes of China's national system CGCS2000: geodetic, and Gauss-Krüger by zones of 6 and 3 degrees.
_CGCS2000 = frozenset({4479, 4480, 4490, *range(4491, 4555)})


def surveyed_choice(choice: DatumChoice, crs: str) -> DatumChoice:
    """Return WGS-84 as stated where nothing else shows a datum and the file's CRS is one that surveyors use in China.

    CGCS2000 is WGS-84 within a few centimetres. Files that say EPSG:4326 prove nothing: programs write that unasked.
    """
    code = re.fullmatch(r"EPSG:(\d+)", crs)
    if choice.assumed and not choice.before and code and int(code[1]) in _CGCS2000:
        return DatumChoice("wgs84", assumed=False)
    return choice
