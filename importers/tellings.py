"""Lists that tell something of places known already, such as their grades: which stored site each row means.

A row names its place by public code, by a source's key or by name, with whatever else helps: area, address, telephone,
coordinates. The matching is that of lists of places (:mod:`importers.matching`). What is unsure waits for a person's
decision, one question for a place and not one for each row; the decision is remembered for the next list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geodata.messages import Message
from geodata.sites import Position
from geodata.store import NewReview, SiteOutline, Store, Writer
from geodata.store.reading import chunks
from importers.cleaning import key_of
from importers.datum_choice import DatumChoice, datum_choice
from importers.drafting import Draft
from importers.extracting import Record
from importers.keys import MADE_KEY
from importers.known import Sample, find_datum, tell_datum
from importers.matching import Directory, Match, traits_of_draft
from importers.names import parse_name
from importers.opening import Opened
from importers.places import AreaAssigner
from importers.provinces import province_of, regions_before
from importers.scoring import told_match
from importers.survey import Survey, survey

#: What a row may name its place by, the surest first.
NEEDS = ("site", "source_key", "site_name")
#: What beside the name tells which place of that name is meant.
_WHERE = ("address", "phone")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a row means: a site by its id, or a question about one.

    Attributes
    ----------
    record : Record
    site : int, optional
    asked : Match, optional
        Where no site is sure: the likeliest one.
    identity : str
        The same for all rows of the source about one place.
    """

    record: Record
    site: int | None
    asked: Match | None = None
    identity: str = ""


@dataclass(slots=True)
class _Names:
    """Sites by what a row may call them."""

    by_code: dict[str, SiteOutline] = field(default_factory=dict)
    by_key: dict[tuple[str, str], SiteOutline] = field(default_factory=dict)
    by_any_key: dict[str, list[SiteOutline]] = field(default_factory=dict)
    by_name: dict[str, list[SiteOutline]] = field(default_factory=dict)

    def add(self, site: SiteOutline) -> None:
        self.by_code[site.code] = site
        for ref in site.sources:
            self.by_key[ref.source, ref.key] = site
            known = self.by_any_key.setdefault(ref.key, [])
            if site not in known:
                known.append(site)
        for name in {key_of(name) for name in (site.name, *site.former_names)}:
            self.by_name.setdefault(name, []).append(site)

    def with_key(self, source: str, key: str, name: str) -> list[SiteOutline]:
        """Return the sites that a key may mean; another source's key only where the name, if any, is alike."""
        own = self.by_key.get((source, key))
        if own is not None:
            return [own]
        return [site for site in self.by_any_key.get(key, ()) if not name or _alike(name, site)]

    def named(self, name: str, area: str) -> list[SiteOutline]:
        """Return the sites of exactly this name, in the area if one is given by code or name."""
        return [
            site
            for site in self.by_name.get(key_of(name), ())
            if not area or (site.area or "").startswith(area) or key_of(area) == key_of(site.area_name)
        ]


def name_of(texts: Mapping[str, str]) -> str:
    """Return the name that a row gives its place: also where it stands in the column of codes (站点)."""
    site = texts.get("site", "")
    return texts.get("site_name") or ("" if site.isascii() else site)


def _alike(name: str, site: SiteOutline) -> bool:
    one = parse_name(name, site.labels)
    others = [parse_name(text, site.labels) for text in (site.name, *site.former_names)]
    return any(one.core == other.core or 2 * len(one.grams & other.grams) >= len(one.grams) for other in others)


@dataclass(slots=True)
class Tellings:
    """Finds the sites of one list's rows; made by :meth:`of`.

    Attributes
    ----------
    kind : str
        Of the reviews: ``evidence`` or ``indicator``.
    """

    kind: str
    store: Store
    opened: Opened
    _names: _Names = field(default_factory=_Names)
    _outlines: list[SiteOutline] = field(default_factory=list)
    _directory: Directory | None = None
    _assigner: AreaAssigner = field(default_factory=lambda: AreaAssigner(()))
    _survey: Survey | None = None
    _decided: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    _open: dict[str, list[Any]] = field(default_factory=dict)
    _questions: dict[str, NewReview] = field(default_factory=dict)
    _settled: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, kind: str, store: Store, opened: Opened) -> Tellings:
        """Take up the stored sites, what was decided before about this source's rows, and the list's coordinates."""
        made = cls(kind, store, opened)
        made._outlines = list(store.outlines())
        for site in made._outlines:
            made._names.add(site)
        areas = store.areas()
        made._assigner = AreaAssigner(areas)
        by_code = {site.code: site.id for site in made._outlines}
        for review in store.reviews(states=("open", "accepted", "rejected")):
            asked = review.asked
            if (asked.kind, asked.source) == (kind, opened.report.source):
                if review.state == "open":
                    made._open[asked.source_key] = list(asked.payload["items"])
                else:
                    site_id = by_code.get(review.site, asked.site_id)
                    made._decided[asked.source_key] = (review.state, site_id)

        def choose(sample: Sample) -> DatumChoice:
            asked = datum_choice("auto", stated=opened.profile.datum)
            return find_datum(store, sample, areas, made._assigner.by_name) if asked.assumed else asked

        if {"lon", "lat", "lonlat"} & set(opened.table.fields()):
            made._survey = survey(opened.table, opened.extractor, opened.words, choose, by_row=True)
            tell_datum(opened.report, made._survey.choice, located=made._survey.located)
        return made

    def meant(self, records: Sequence[Record]) -> Iterator[Meant]:
        """Yield what rows mean, those that mean no site left out after noting why."""
        unsure: list[tuple[Record, str]] = []
        for record in records:
            identity = self._identity(record)
            state, site_id = self._decided.get(identity, ("", None))
            if state == "rejected":
                self.opened.report.rows.skipped += 1
                self.opened.report.add("info", "row_declined", row=record.row, value=name_of(record.texts))
                continue
            found = site_id if state else self._named(record)
            if found is None:
                unsure.append((record, identity))
            elif found >= 0:
                self._settle(identity)
                yield Meant(record, found, identity=identity)
        yield from self._matched(unsure)

    def ask(self, meant: Meant, told: Mapping[str, Any]) -> None:
        """Put what a row tells to a person, who decides whether its place is the site.

        Parameters
        ----------
        meant : Meant
        told : mapping of str to object
            What to keep if it is, as JSON values, each under a key that is the same for what replaces it.
        """
        match, record = meant.asked, meant.record
        if match is None:
            return
        report, texts = self.opened.report, record.texts
        reasons = match.comparison.to_json()
        report.rows.review += 1
        params = told_match(match.site.code, match.site.name, reasons)
        report.add("warning", Message("row_unsure", params), row=record.row, value=name_of(texts))
        before = self._questions.get(meant.identity)
        items = dict(before.payload["items"] if before else self._open.get(meant.identity, ()))
        items |= told
        payload = {
            "fields": [["name", name_of(texts)], ["address", texts.get("address", "")]],
            "row": before.payload["row"] if before else record.row,
            "file": report.file,
            "items": [list(pair) for pair in items.items()],
        }
        reasons["others"] = list(match.rivals[:3])
        score = round(match.comparison.score, 4)
        self._questions[meant.identity] = NewReview(
            self.kind, report.source, meant.identity, match.site.id, score, reasons, payload
        )

    def finish(self, writer: Writer) -> None:
        """Write the questions, and take back those that have settled themselves."""
        writer.put_reviews(list(self._questions.values()))
        for part in chunks(sorted(self._settled - self._questions.keys())):
            writer.settle_reviews(self.kind, self.opened.report.source, part)

    def _settle(self, identity: str) -> None:
        if identity in self._open:
            self._settled.add(identity)

    def _identity(self, record: Record) -> str:
        texts = record.texts
        given = texts.get("site") or texts.get("source_key")
        if given and not name_of(texts):
            return given[:200]
        where = texts.get("address") or texts.get("area") or texts.get("lonlat")
        where = where or "{},{}".format(texts.get("lon", ""), texts.get("lat", ""))
        text = f"{given or ''}|{key_of(name_of(texts))}|{key_of(where)}"
        return MADE_KEY + hashlib.sha256(text.encode()).hexdigest()[:20]

    def _named(self, record: Record) -> int | None:
        """Return the site that a row names beyond doubt, ``None`` for one to be matched, -1 after rejecting it."""
        texts, report = record.texts, self.opened.report
        name, area = name_of(texts), texts.get("area", "")
        if not any(texts.get(need) for need in NEEDS):
            report.reject("rating_site_missing", row=record.row)
            return -1
        for need in NEEDS:
            text = texts.get(need)
            if not text:
                continue
            found, by_name = self._called(need, text, name, area)
            if by_name:
                found = [site for site in found if not self._lies_elsewhere(site, texts)]
            if by_name and self._is_placed(record):
                break  # where it is has to fit as well
            if len(found) == 1:
                return found[0].id
            if found:
                message = Message("rating_site_ambiguous", {"count": len(found)})
                report.reject(message, row=record.row, column=self.opened.extractor.heading(need), value=text)
                return -1
        if not name:
            self._unknown(record)
            return -1
        return None

    def _called(self, need: str, text: str, name: str, area: str) -> tuple[list[SiteOutline], bool]:
        """Return the sites that a text may mean, and whether it is a name."""
        names, source = self._names, self.opened.report.source
        if need == "source_key":
            return names.with_key(source, text, name), False
        if need == "site":
            site = names.by_code.get(text.upper())
            if site is None and text.isascii() and (merged := self.store.current(text.upper())) is not None:
                site = names.by_code.get(merged.code)
            found = [site] if site is not None else names.with_key(source, text, name)
            if found:
                return found, False
        return self._by_name(text, area), True

    def _by_name(self, text: str, area: str) -> list[SiteOutline]:
        """Return the sites of exactly this name, or of this name without the regions before it, if they lie there."""
        found = self._names.named(text, "" if province_of(area) else area)
        for region, rest in () if found else regions_before(text):
            if (code := self._assigner.by_name(region)) is not None:
                named = self._names.named(rest, "")
                return [site for site in named if site.area and self._assigner.within(site.area, code)]
        return found

    def _lies_elsewhere(self, site: SiteOutline, texts: Mapping[str, str]) -> bool:
        """Tell whether a row is about a place of another province than a site's."""
        stated = (texts.get("province", ""), texts.get("area", ""))
        province = next(filter(None, map(province_of, stated)), None) or province_of(name_of(texts), within=True)
        own = site.area or ""
        return province is not None and own[:6].isdecimal() and not own.startswith(province)

    def _is_placed(self, record: Record) -> bool:
        """Tell whether a row says more of where its place is than its area."""
        located = self._survey is not None and self._survey.place(record.place) is not None
        return located or any(record.texts.get(name) for name in _WHERE)

    def _unknown(self, record: Record) -> None:
        need = next(name for name in NEEDS if record.texts.get(name))
        column = self.opened.extractor.heading(need)
        self.opened.report.reject("rating_site_unknown", row=record.row, column=column, value=record.texts[need])

    def _matched(self, rows: Sequence[tuple[Record, str]]) -> Iterator[Meant]:
        if not rows:
            return
        if self._directory is None:
            self._directory = Directory.of(self._outlines)
        drafts = [self._draft(record) for record, _ in rows]
        areas = [self._assigner.named(draft.area_code, draft.stated.get("area_name", "")) for draft in drafts]
        traits = [traits_of_draft(draft, area or "") for draft, area in zip(drafts, areas, strict=True)]
        for (record, identity), found in zip(rows, self._directory.matches(traits), strict=True):
            matches = [match for match in found if not self._lies_elsewhere(match.site, record.texts)]
            if not matches:
                self._unknown(record)
            elif matches[0].sure:
                self._settle(identity)
                match = matches[0]
                told = told_match(match.site.code, match.site.name, match.comparison.to_json())
                message = Message("row_matched", told)
                self.opened.report.add("info", message, row=record.row, value=name_of(record.texts))
                yield Meant(record, match.site.id, identity=identity)
            else:
                yield Meant(record, None, matches[0], identity)

    def _draft(self, record: Record) -> Draft:
        """Return what a row says of its place, as a row of a list of places would."""
        texts = record.texts
        draft = Draft(record.row, name_of(texts), "")
        for name in _WHERE:
            draft.stated[name] = texts.get(name, "")
        area = texts.get("area", "")
        if area.isdecimal():
            draft.area_code = area
        else:
            draft.stated["area_name"] = area
        place = self._survey.place(record.place) if self._survey else None
        if place is not None:
            # With another datum than the one assumed a point is some hundred metres off.
            vague = place.shared or (self._survey is not None and self._survey.choice.assumed)
            draft.stated["position"] = Position(place.lon, place.lat, "approximate" if vague else "exact")
        return draft
