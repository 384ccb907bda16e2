"""Import evidence of how good places are: star grades, inspections, awards, public reviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

from geodata.errors import FileError, ValueUnusableError
from geodata.messages import Message
from geodata.ratings import Evidence, Scheme
from geodata.store import Store, Writer
from geodata.vocabulary import Vocabulary
from importers.cleaning import key_of, parse_number, says_nothing
from importers.compact import RowsByKey
from importers.extracting import Record
from importers.notices import as_list_of_names, title_of
from importers.opening import Opened, Progress, batch, open_grid
from importers.profile import Profile
from importers.ratings_template import FULL, Template, load_template
from importers.ratings_titles import Title, level_of_award, read_title
from importers.ratings_values import MOST_STARS, is_not_rated, parse_day, parse_reviews, parse_value, scale_in, year_in
from importers.reading import open_source
from importers.report import ImportReport
from importers.tellings import NEEDS, Meant, Tellings
from importers.words import Words


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
    (:mod:`importers.tellings`); what is unsure goes to review. Scheme and day that have no column are told by
    headings and title (:mod:`importers.ratings_titles`), and the report says by what. The same evidence again changes
    nothing; a new value for the same grading, award or review replaces the old one.

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
    file, above = open_source(path), []
    ask = partial(
        open_grid,
        subject="ratings",
        needs=NEEDS,
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
        adapt=None if scoring is None else lambda found: _with_criteria(found, scoring),
    )
    try:
        opened = ask(file)
    except FileError as error:
        listed = as_list_of_names(file) if error.code == "file_no_known_columns" else None
        if listed is None:
            raise
        opened, above = ask(listed), title_of(file)
    if scoring is not None:
        _tell_template(opened, scoring)
    title = read_title(opened, above)
    _tell_title(opened, title)
    run = _Run(store, opened, Tellings.of("evidence", store, opened), scoring, title)
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


def _tell_title(opened: Opened, title: Title) -> None:
    report, fields = opened.report, {*opened.table.fields(), *opened.profile.constants}
    if title.scheme is not None:
        report.recognised["scheme"] = title.scheme
        told = Message(f"rating_scheme_{title.scheme}")
        taken = {"scheme_zh": told.text("zh"), "scheme_en": told.text("en"), "by": title.told_by}
        report.add("info", Message("rating_scheme_taken", taken))
    if title.day is not None and "date" not in fields:
        report.add("info", Message("rating_date_taken", {"date": title.day.isoformat(), "by": title.dated_by}))


@dataclass(slots=True)
class _Run:
    """One import: rows become evidence of the sites that they mean."""

    store: Store
    opened: Opened
    tellings: Tellings
    template: Template | None
    title: Title
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
                self.tellings.ask(meant, {key: packed(evidence)})
            else:
                news.setdefault(meant.site, {})[key] = evidence
        self._write(news, writer)

    def _pieces(self, records: Sequence[Record]) -> Iterator[tuple[Meant, Evidence]]:
        found: dict[int, Evidence] = {}
        usable = []
        for record in records:
            if self._is_not_rated(record):
                continue
            try:
                found[record.place] = self._evidence(record)
            except ValueUnusableError as error:
                self.opened.report.reject(error.message, row=record.row)
            else:
                usable.append(record)
        for meant in self.tellings.meant(usable):
            yield meant, found[meant.record.place]

    def _is_not_rated(self, record: Record) -> bool:
        """Tell whether a row only says that its place has no grade; such rows are noted and left out."""
        text = record.texts.get("stars") or record.texts.get("value", "")
        if not text or not (is_not_rated(text) or says_nothing(text)):
            return False
        self.opened.report.rows.skipped += 1
        self.opened.report.add("info", "rating_not_rated", row=record.row, value=text)
        return True

    def _evidence(self, record: Record) -> Evidence:
        """Return the evidence of a row.

        Raises
        ------
        ValueUnusableError
            If scheme, date or value are missing or make no sense together.
        """
        evidence = evidence_of(record.texts, self.opened, self.template, self.title)
        if self.template is None or evidence.scheme != "inspection":
            return evidence
        columns = frozenset(self.opened.table.fields())
        result = self.template.result(record.texts, self.opened.words, columns, self._most())
        for item in result.unproven:
            named = {"criterion_zh": item.name, "criterion_en": item.name_en}
            asked = {"asks_zh": item.asks, "asks_en": item.asks_en}
            self.opened.report.add("warning", Message("template_unproven", named | asked), row=record.row)
        note = "；".join(filter(None, (result.told, evidence.note)))
        return replace(evidence, value=result.value, scale=FULL, note=note)

    def _most(self) -> dict[str, float]:
        """Return the most points of criteria by field, where the headings of their columns state them."""
        columns = [column for own in self.opened.table.fields().values() for column in own]
        return {column.field: most for column in columns if (most := scale_in(column.heading)) is not None}

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


def evidence_of(texts: Mapping[str, str], opened: Opened, template: Template | None, title: Title) -> Evidence:
    """Return the evidence of a row's texts; with a template the value of an inspection is left to that.

    Raises
    ------
    ValueUnusableError
        If scheme, date or value are missing or make no sense together.
    """
    words = opened.words
    scheme = _scheme(texts.get("scheme", ""), words, title)
    name = texts.get("name", "") or (title.name if scheme == "award" else "")
    day = _day(texts, name, scheme, title)
    if scheme == "award" and not name:
        raise ValueUnusableError("rating_award_unnamed")
    value: float | None = None
    scale: float | None = None
    remarks: list[str] = []
    if scheme == "inspection" and template is not None:
        value, scale = 0.0, FULL
        totals = ("value", "points", "scale")
        remarks = [f"{opened.extractor.heading(total)} {texts[total]}" for total in totals if total in texts]
    elif scheme != "award":
        value, scale, remarks = _graded(texts, opened, scheme, title)
    for other in ("findings", "issuer"):
        if (text := texts.get(other, "")) and not says_nothing(text):
            remarks.append(f"{opened.extractor.heading(other)} {text}")
    return Evidence(
        scheme=scheme,
        value=value,
        scale=scale,
        count=parse_reviews(texts["count"]) if "count" in texts else 1,
        as_of=day,
        level=_level(texts, words, name if scheme == "award" else ""),
        name=name[:200],
        source=opened.report.source,
        note="；".join(filter(None, (*remarks, texts.get("note", "")))),
    )


def _scheme(word: str, words: Words, title: Title) -> Scheme:
    code = words.find("schemes", word)
    scheme: Scheme | None = next((known for known in get_args(Scheme) if known == code), None)
    if scheme is None and not word:
        scheme = title.scheme
        if scheme is None:
            raise ValueUnusableError("rating_no_scheme")
    if scheme is None:
        raise ValueUnusableError("value_unknown_word", word=word[:80], expected=", ".join(get_args(Scheme)))
    return scheme


def _day(texts: Mapping[str, str], name: str, scheme: Scheme, title: Title) -> date:
    if "date" in texts:
        return parse_day(texts["date"], title.year)
    if scheme == "award" and (year := year_in(name)) is not None:
        return date(year, 1, 1)
    if title.day is None:
        raise ValueUnusableError("rating_no_date")
    return title.day


def _graded(texts: Mapping[str, str], opened: Opened, scheme: Scheme, title: Title) -> tuple[float, float, list[str]]:
    """Return value and scale of a row, and what else it says: the points beside a grade, a share beside a mean."""
    field = "stars" if scheme == "star" and "stars" in texts else "value"
    text, scale_text = texts.get(field, ""), texts.get("scale", "")
    if "value" not in opened.table.fields() and not text:  # 总分 alone is the value, beside 得分 the scale
        text, scale_text = scale_text, ""
    stated = title.scale if field == "value" else None
    is_total = scheme == "star" and bool(scale_text) and parse_number(scale_text) > MOST_STARS
    if is_total or field != "value":
        scale_text = ""
    value, scale = parse_value(text, scale_text, scheme, stated)
    others = [other for other in ("value", "stars", "points") if other != field and other in texts]
    others += ["scale"] if is_total else []
    return value, scale, [f"{opened.extractor.heading(other)} {texts[other]}" for other in others]


def _level(texts: Mapping[str, str], words: Words, award: str) -> str | None:
    level = texts.get("level", "")
    if not level:
        return level_of_award(words, award, texts.get("issuer", "")) if award else None
    code = words.find("levels", level) or words.level_within("levels", level)
    if code is None:
        raise ValueUnusableError("value_unknown_word", word=level[:80], expected=", ".join(words.codes("levels")))
    return code


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
