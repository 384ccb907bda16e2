"""Import a list of places."""

from __future__ import annotations

from pathlib import Path

from geodata.errors import FileError, ParameterError
from geodata.messages import Message
from geodata.sites import Datum
from geodata.store import Store
from geodata.vocabulary import Vocabulary
from importers import writing
from importers.datum_choice import DatumChoice, check_datum, datum_choice, surveyed_choice
from importers.datum_names import datum_of_headings, service_of
from importers.known import Sample, find_datum, tell_datum
from importers.loading import Loader
from importers.merging import Ranks
from importers.opening import Opened, Progress, batch, open_table
from importers.outcomes import Listener
from importers.places import AreaAssigner
from importers.pooling import helpers
from importers.preparing import Recipe
from importers.profile import Profile
from importers.report import ImportReport
from importers.survey import survey

#: One of these columns must be there; a list without names gets them from the others, a map from what it has.
NEEDS = ("name", "address", "street", "place_type")


def import_sites(
    store: Store,
    path: Path,
    *,
    kind: str | None = None,
    datum: str = "auto",
    profile: Path | Profile | None = None,
    source: str | None = None,
    complete: bool = False,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
    listen: Listener | None = None,
    write_profile: Path | None = None,
    processes: int = 1,
) -> ImportReport:
    """Bring the places of a file of any format into a store, in one transaction.

    A row finds its site by the source's own key, or without one by name and address. What a row does not state stays
    as it is; nothing is deleted; the same file again changes nothing.

    Parameters
    ----------
    store : Store
    path : Path
        The file.
    kind : str, optional
        Kind of the rows that state none.
    datum : {"auto", "wgs84", "gcj02", "bd09"}
        Datum of the coordinates; ``auto`` takes what profile or file state, else what sites of the same name and areas
        that rows name show, else WGS-84, and says so.
    profile : Path or Profile, optional
        What the list's columns and values mean (:mod:`importers.profile`).
    source : str, optional
        Name of the source; the profile's, or the file's name without suffix, where none is given.
    complete : bool
        Whether the file is all that the source has: stored sites of the source that it lacks go to review.
    dry_run : bool
        Find out everything, write nothing.
    actor : str
        Who imports, for the history.
    progress : callable, optional
        Called with the rows done and the rows in all.
    vocabulary : Vocabulary, optional
        The deployment's vocabulary; the shipped one without.
    listen : callable, optional
        Called with what becomes of each row (:class:`importers.outcomes.Outcome`).
    write_profile : Path, optional
        Where to write what was recognised, as a profile to start from; a file that is there is not overwritten.
    processes : int
        How many processes may prepare the rows of a long file (:func:`importers.pooling.helpers`).

    Returns
    -------
    ImportReport

    Raises
    ------
    FileError
        If the file cannot be read, has no rows or no column of names; nothing is written.
    ProfileError
        If the profile is wrong or does not fit the file.
    ParameterError
        If ``kind`` or ``datum`` is unknown.
    StoreError
        If the store cannot be written.
    """
    check_datum(datum)
    if write_profile is not None:
        writing.check_target(write_profile)
    opened = open_table(
        path, "sites", needs=NEEDS, profile=profile, source=source, dry_run=dry_run, vocabulary=vocabulary
    )
    report = opened.report
    default_kind = _kind(kind or opened.profile.kind or opened.table.likely_kind, opened)
    if default_kind and not (kind or opened.profile.kind):
        report.add("warning", Message("kind_from_titles", {"kind": default_kind}))
    areas = store.areas()
    assigner = AreaAssigner(areas)

    named = _named_datum(opened) if datum == "auto" and opened.profile.datum is None else None
    stated = opened.profile.datum or (named[1] if named else None)
    service = service_of(opened.table.headings)

    def choose(sample: Sample) -> DatumChoice:
        asked = datum_choice(datum, stated=stated)
        if not asked.assumed:
            return asked
        found = find_datum(store, sample, areas, assigner.by_name)
        if service and found.assumed and not found.before:
            report.add("warning", Message("datum_of_service", {"service": service[0], "datum": service[1]}))
            return DatumChoice(service[1], assumed=False)
        return surveyed_choice(found, str(opened.table.grid.facts.get("crs", "")))

    recipe = Recipe.of(opened, default_kind)
    ranks = Ranks(report.source, opened.profile.rank, opened.profile.ranks)
    loader = Loader(store, opened.extractor, report, assigner, ranks, complete, listen)
    with helpers(recipe, store.encoder, processes) as at_hand:
        surveyed = survey(
            opened.table, opened.extractor, opened.words, choose, by_row=datum == "auto", watch=at_hand.expect
        )
        tell_datum(report, surveyed.choice, located=surveyed.asked)
        if named and surveyed.asked:
            report.add("info", Message("datum_in_heading", {"datum": named[1]}), column=named[0])
        with batch(store, opened, actor) as writer:
            # Asked while nobody else can write: rows of an empty store are compared with nothing.
            loader.into_empty = next(store.outlines(), None) is None
            drafts = writer is None or listen is not None or not loader.into_empty
            parts = at_hand.parts(opened.table, surveyed, drafts=drafts)
            loader.run(writer, parts, surveyed.rows, progress)
    if write_profile is not None:
        found = surveyed.choice.datum if surveyed.located else None
        writing.write_profile(write_profile, opened, default_kind or "", found)
    return report


def _named_datum(opened: Opened) -> tuple[str, Datum] | None:
    """Return the heading of a column of coordinates that names a datum, and the datum."""
    return datum_of_headings(
        [column.heading for column in opened.table.columns if column.field in ("lon", "lat", "lonlat")]
    )


def _kind(text: str, opened: Opened) -> str | None:
    """Return the kind of the rows that state none; refuse a file of which no row could have a kind."""
    words, profile = opened.words, opened.profile
    if text:
        found = words.find("kinds", text)
        if found is None:
            expected = ", ".join(words.codes("kinds"))
            raise ParameterError("option_unusable", name="kind", value=text, expected=expected)
        return found
    stated = [set(opened.table.fields()), set(profile.constants), *(set(rule.set) for rule in profile.rules)]
    if not any("kind" in fields for fields in stated):
        raise FileError("file_kind_needed", file=opened.report.file)
    return None
