"""Import evidence of how good places are: star grades, inspections, awards, public reviews."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import get_args

from geodata.errors import ValueUnusableError
from geodata.messages import Message
from geodata.ratings import SCALES, Evidence, Scheme, score
from geodata.sites import StoredSite
from geodata.store import Store, Writer
from geodata.vocabulary import Vocabulary
from importers.cleaning import key_of, parse_count, parse_date, parse_number
from importers.extracting import Record
from importers.opening import Opened, Progress, batch, open_table
from importers.profile import Profile
from importers.report import ImportReport

_NEEDS = ("site", "source_key", "site_name")
_NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五", start=1)}


def import_ratings(
    store: Store,
    path: Path,
    *,
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    today: date | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring evidence into a store and compute the scores of its sites anew, in one transaction.

    A row names its site by public code, by source key, or by exact name (and area, where several have the name). The
    same evidence again changes nothing; a new value for the same grading, award or review replaces the old one.

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.sites.import_sites`. Source keys are looked up under ``source`` first, then under any
        source if only one has the key.
    today : date, optional
        The day for which scores are computed; the present one without.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used.
    """
    opened = open_table(
        path, "ratings", needs=_NEEDS, profile=profile, source=source, dry_run=dry_run, vocabulary=vocabulary
    )
    report = opened.report
    with batch(store, opened, "ratings", actor) as writer:
        directory = _Directory(report.source)
        directory.fill(store.sites())
        found: dict[int, dict[str, tuple[int, Evidence]]] = {}
        for record in opened.extractor.records(report):
            if record is not None and (site := _site_of(record, directory, opened)) is not None:
                _take(record, site, opened, found)
        _write(store, writer, found, report, today or datetime.now().astimezone().date())
        if progress:
            progress(report.rows.read, report.rows.read)
    return report


@dataclass(slots=True)
class _Directory:
    """Sites by everything a row may call them."""

    source: str
    by_code: dict[str, int] = field(default_factory=dict)
    by_key: dict[tuple[str, str], int] = field(default_factory=dict)
    by_any_key: dict[str, set[int]] = field(default_factory=dict)
    by_name: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)

    def fill(self, sites: Iterable[StoredSite]) -> None:
        """Take up all sites."""
        for stored in sites:
            self.by_code[stored.code] = stored.id
            for ref in stored.sources:
                self.by_key[ref.source, ref.key] = stored.id
                self.by_any_key.setdefault(ref.key, set()).add(stored.id)
            names = self.by_name.setdefault(key_of(stored.site.name), [])
            names.append((stored.id, stored.site.area or "", key_of(stored.site.area_name)))

    def with_key(self, key: str) -> set[int]:
        """Return the sites that a source key may mean."""
        own = self.by_key.get((self.source, key))
        return {own} if own is not None else self.by_any_key.get(key, set())

    def named(self, name: str, area: str) -> set[int]:
        """Return the sites of exactly this name, in the area if one is given by code or name."""
        return {
            site_id
            for site_id, adcode, area_name in self.by_name.get(key_of(name), ())
            if not area or area == adcode or (adcode.startswith(area) and area.isdecimal()) or key_of(area) == area_name
        }


def _site_of(record: Record, directory: _Directory, opened: Opened) -> int | None:
    """Return the site that a row names, ``None`` after noting why there is none."""
    texts = record.texts
    for name in _NEEDS:
        text = texts.get(name)
        if not text:
            continue
        if name == "site":
            code = directory.by_code.get(text.upper())
            found = (
                {code} if code is not None else directory.with_key(text) or directory.named(text, texts.get("area", ""))
            )
        elif name == "source_key":
            found = directory.with_key(text)
        else:
            found = directory.named(text, texts.get("area", ""))
        if len(found) == 1:
            return next(iter(found))
        code_text = "rating_site_ambiguous" if found else "rating_site_unknown"
        column = opened.extractor.heading(name)
        message = Message(code_text, {"count": len(found)} if found else {})
        opened.report.reject(message, row=record.row, column=column, value=text)
        return None
    opened.report.reject("rating_site_missing", row=record.row)
    return None


def _take(record: Record, site: int, opened: Opened, found: dict[int, dict[str, tuple[int, Evidence]]]) -> None:
    try:
        evidence = _evidence(record, opened)
    except ValueUnusableError as error:
        opened.report.reject(error.message, row=record.row)
        return
    of_site = found.setdefault(site, {})
    first, _ = of_site.setdefault(evidence_key(evidence), (record.row, evidence))
    if first != record.row:
        opened.report.reject(Message("rating_twice", {"first": first}), row=record.row)


def _evidence(record: Record, opened: Opened) -> Evidence:
    """Return the evidence of a row.

    Raises
    ------
    ValueUnusableError
        If scheme, date or value are missing or make no sense together.
    """
    texts, words = record.texts, opened.words
    word = texts.get("scheme", "")
    code = words.find("schemes", word)
    scheme: Scheme | None = next((known for known in get_args(Scheme) if known == code), None)
    if scheme is None:
        raise ValueUnusableError("value_unknown_word", word=word[:80], expected=", ".join(get_args(Scheme)))
    if "date" not in texts:
        raise ValueUnusableError("rating_no_date")
    level = texts.get("level", "")
    name = texts.get("name", "")
    if scheme == "award" and not name:
        raise ValueUnusableError("rating_award_unnamed")
    value, scale = (None, None) if scheme == "award" else _value(texts.get("value", ""), texts.get("scale", ""), scheme)
    level_code = words.find("levels", level) if level else None
    if level and level_code is None:
        raise ValueUnusableError("value_unknown_word", word=level[:80], expected=", ".join(words.codes("levels")))
    return Evidence(
        scheme=scheme,
        value=value,
        scale=scale,
        count=parse_count(texts["count"]) if "count" in texts else 1,
        as_of=parse_date(texts["date"]),
        level=level_code,
        name=name[:200],
        source=opened.report.source,
        note=texts.get("note", ""),
    )


def _value(text: str, scale_text: str, scheme: Scheme) -> tuple[float, float]:
    scale = parse_number(scale_text) if scale_text else SCALES[scheme]
    value = _stars(text) if scheme == "star" else parse_number(text)
    lowest = 1 if scheme == "star" else 0
    if scale <= 0 or not lowest <= value <= scale:
        raise ValueUnusableError("rating_value_range", value=text[:40], lowest=lowest, scale=f"{scale:g}")
    return value, scale


def _stars(text: str) -> float:
    """Return the number of stars of ``4``, ``4星``, ``四星级`` or ``★★★★``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain and not plain.strip("★☆⭐"):
        return float(sum(sign in "★⭐" for sign in plain))
    match = re.fullmatch(r"([一二三四五])星级?", plain)
    return float(_NUMERALS[match[1]]) if match else parse_number(plain)


def evidence_key(evidence: Evidence) -> str:
    """Return what tells one piece of a source's evidence about a site from another.

    A grading is one by its day, an award by name, level and year; of a review there is only the latest.
    """
    name = key_of(evidence.name)
    if evidence.scheme == "review":
        return f"review:{name}"
    if evidence.scheme == "award":
        return f"award:{name}:{evidence.level or ''}:{evidence.as_of.year}"
    return f"{evidence.scheme}:{name}:{evidence.as_of.isoformat()}"


def _write(
    store: Store,
    writer: Writer | None,
    found: dict[int, dict[str, tuple[int, Evidence]]],
    report: ImportReport,
    today: date,
) -> None:
    present = store.evidence(list(found)) if found else {}
    news: list[tuple[int, str, Evidence]] = []
    touched: dict[int, list[Evidence]] = {}
    for site, items in found.items():
        others = [item for item in present.get(site, ()) if item.source != report.source]
        own = {evidence_key(item): item for item in present.get(site, ()) if item.source == report.source}
        changed = [(site, key, item) for key, (_, item) in items.items() if own.get(key) != item]
        report.rows.unchanged += len(items) - len(changed)
        report.rows.updated += sum(key in own for _, key, _ in changed)
        report.rows.created += sum(key not in own for _, key, _ in changed)
        if changed:
            news += changed
            own |= {key: item for _, key, item in changed}
            touched[site] = [*others, *own.values()]
    if writer and news:
        writer.put_evidence_many(news)
        writer.put_scores({site: score(items, today) for site, items in touched.items()})
