"""Import evidence of how good places are: star grades, inspections, awards, public reviews."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

from geodata.errors import FileError, ValueUnusableError
from geodata.messages import Message
from geodata.ratings import SCALES, Evidence, Scheme
from geodata.store import Store, Writer
from geodata.vocabulary import Vocabulary
from importers.cleaning import key_of, parse_count, parse_date, parse_number
from importers.compact import RowsByKey
from importers.extracting import Record
from importers.opening import Opened, Progress, batch, open_table
from importers.profile import Profile
from importers.ratings_template import FULL, Template, load_template
from importers.report import ImportReport
from importers.tellings import NEEDS, Meant, Tellings

_NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五", start=1)}


def import_ratings(
    store: Store,
    path: Path,
    *,
    template: Path | str | None = None,
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    today: date | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring evidence into a store and compute the scores of its sites anew, in one transaction.

    A row names its site by public code, by source key, or by name with whatever tells which place of that name it is
    (:mod:`importers.tellings`); what is unsure goes to review. The same evidence again changes nothing; a new value for
    the same grading, award or review replaces the old one.

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.sites.import_sites`. Source keys are looked up under ``source`` first, then under any
        source if only one has the key.
    template : Path or str, optional
        The scoring template of an inspection whose points stand in one column for each criterion.
    today : date, optional
        The day for which scores are computed; the present one without.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile, template or store cannot be used.
    """
    scoring = None if template is None else load_template(template)
    opened = open_table(
        path,
        "ratings",
        needs=NEEDS,
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
        adapt=None if scoring is None else lambda found: _with_criteria(found, scoring),
    )
    if scoring is not None:
        _tell_template(opened, scoring)
    run = _Run(store, opened, Tellings.of("evidence", store, opened), scoring)
    with batch(store, opened, actor) as writer:
        for chunk in opened.chunks(progress):
            run.load(chunk, writer)
        if writer:
            run.tellings.finish(writer)
            writer.rate(run.touched, today or datetime.now().astimezone().date())
    return opened.report


def _with_criteria(profile: Profile, template: Template) -> Profile:
    constants = {"scheme": "inspection", "name": template.name, **profile.constants}
    return replace(profile, also=template.headings(), constants=constants)


def _tell_template(opened: Opened, template: Template) -> None:
    columns = opened.table.fields()
    lacking = [item.name for item in template.criteria if item.field not in columns]
    if len(lacking) == len(template.criteria):
        headings = "、".join(heading for heading in opened.table.headings if heading)[:300]
        needs = "、".join(lacking)
        raise FileError("template_no_columns", file=opened.report.file, needs=needs, headings=headings)
    opened.report.recognised["template"] = template.name
    if lacking:
        opened.report.add("warning", Message("template_columns_missing", {"criteria": "、".join(lacking)}))
    if template.open_weights:
        opened.report.add("info", Message("template_open_weights", {"template": template.name}))


@dataclass(slots=True)
class _Run:
    """One import: rows become evidence of the sites that they mean."""

    store: Store
    opened: Opened
    tellings: Tellings
    template: Template | None
    touched: set[int] = field(default_factory=set)
    _first: RowsByKey = field(default_factory=RowsByKey)

    def load(self, records: Sequence[Record], writer: Writer | None) -> None:
        """Write what rows tell, or only find out what would be written."""
        news: dict[int, dict[str, Evidence]] = {}
        for meant, evidence in self._pieces(records):
            key = evidence_key(evidence)
            of = meant.identity if meant.site is None else meant.site
            first = self._first.setdefault(f"{of}|{key}", meant.record.row)
            if first != meant.record.row:
                self.opened.report.reject(Message("rating_twice", {"first": first}), row=meant.record.row)
            elif meant.site is None:
                self.tellings.ask(meant, packed(evidence), key)
            else:
                news.setdefault(meant.site, {})[key] = evidence
        self._write(news, writer)

    def _pieces(self, records: Sequence[Record]) -> Iterator[tuple[Meant, Evidence]]:
        found: dict[int, Evidence] = {}
        usable = []
        for record in records:
            try:
                found[record.place] = self._evidence(record)
            except ValueUnusableError as error:
                self.opened.report.reject(error.message, row=record.row)
            else:
                usable.append(record)
        for meant in self.tellings.meant(usable):
            yield meant, found[meant.record.place]

    def _evidence(self, record: Record) -> Evidence:
        """Return the evidence of a row.

        Raises
        ------
        ValueUnusableError
            If scheme, date or value are missing or make no sense together.
        """
        evidence = evidence_of(record.texts, self.opened, self.template)
        if self.template is None or evidence.scheme != "inspection":
            return evidence
        columns = frozenset(self.opened.table.fields())
        result = self.template.result(record.texts, self.opened.words, columns)
        for item in result.unproven:
            named = {"criterion_zh": item.name, "criterion_en": item.name_en}
            asked = {"asks_zh": item.asks, "asks_en": item.asks_en}
            self.opened.report.add("warning", Message("template_unproven", named | asked), row=record.row)
        note = "；".join(filter(None, (result.told, evidence.note)))
        return replace(evidence, value=result.value, scale=FULL, note=note)

    def _write(self, news: Mapping[int, Mapping[str, Evidence]], writer: Writer | None) -> None:
        rows, source = self.opened.report.rows, self.opened.report.source
        present = self.store.evidence(list(news)) if news else {}
        changed: list[tuple[int, str, Evidence]] = []
        for site, items in news.items():
            own = {evidence_key(item): item for item in present.get(site, ()) if item.source == source}
            for key, item in items.items():
                if rows.count(known=key in own, same=own.get(key) == item):
                    changed.append((site, key, item))
        if writer and changed:
            writer.put_evidence_many(changed)
            self.touched.update(site for site, _, _ in changed)


def packed(evidence: Evidence) -> dict[str, Any]:
    """Return a piece of evidence as JSON values, to decide about it later."""
    return asdict(evidence) | {"as_of": evidence.as_of.isoformat()}


def unpacked(values: Mapping[str, Any]) -> Evidence:
    """Return the evidence that was packed."""
    return Evidence(**{**values, "as_of": date.fromisoformat(values["as_of"])})


def evidence_of(texts: Mapping[str, str], opened: Opened, template: Template | None) -> Evidence:
    """Return the evidence of a row's texts; with a template the value of an inspection is left to that.

    Raises
    ------
    ValueUnusableError
        If scheme, date or value are missing or make no sense together.
    """
    words = opened.words
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
    value: float | None = None
    scale: float | None = None
    if scheme == "inspection" and template is not None:
        value, scale = 0.0, FULL
    elif scheme != "award":
        value, scale = _value(texts.get("value", ""), texts.get("scale", ""), scheme)
    level_code = words.find("levels", level) or words.level_within("levels", level) if level else None
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
