"""Carrying out what a person decides: rows that may be stored sites, sites that a list lacks, proposed positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from geodata.errors import ConflictError, NotFoundError
from geodata.messages import Message
from geodata.sites import Closure, Position, Site, SourceRef
from geodata.store import BatchInfo, NewSite, Review, SiteUpdate, Store, Writer
from geodata.store.reviewing import ABOUT_SITES
from geodata.text import search_text
from importers.indicators import unpacked as unpacked_indicator
from importers.merging import Ranks, is_alone, kept_fields, merged_site, new_site
from importers.places import AreaAssigner, placed_at
from importers.ratings import unpacked as unpacked_evidence
from importers.resembling import unpacked


def accept(store: Store, ids: Sequence[int], actor: str, *, today: date | None = None) -> int:
    """Accept reviews, in one batch, and return it.

    A row becomes part of the site that it was taken for: its source key is the site's from now on, what it states goes
    in as in an import. A site that a complete list lacks is closed. A proposed position becomes the site's.

    Raises
    ------
    NotFoundError
        If one of them is not open.
    ConflictError
        If a site that a position is proposed for has one by now.
    """
    return _decide(store, ids, actor, "accepted", today)


def reject(store: Store, ids: Sequence[int], actor: str, *, today: date | None = None) -> int:
    """Reject reviews, in one batch, and return it.

    A row becomes a site of its own. What rows tell of a place is left out, and further rows of that source about it. A
    site that a complete list lacks stays as it is. So does one without a position, and none is proposed for it again
    while its address is the same.

    Raises
    ------
    NotFoundError
        If one of them is not open.
    """
    return _decide(store, ids, actor, "rejected", today)


def _decide(store: Store, ids: Sequence[int], actor: str, state: str, today: date | None) -> int:
    found = {review.id: review for review in store.reviews(ids=ids)}
    if missing := [review_id for review_id in ids if review_id not in found]:
        raise NotFoundError("review_not_found", review=missing[0])
    sources = {review.asked.source for review in found.values()}
    info = BatchInfo("review", actor, source=sources.pop() if len(sources) == 1 else "")
    with store.write(info) as writer:
        for review in found.values():
            if review.asked.kind == "match" and state == "accepted":
                _join(store, writer, review)
            elif review.asked.kind == "match":
                _add(writer, review)
            elif review.asked.kind == "position":
                if state == "accepted":
                    _place(store, writer, review)
            elif review.asked.kind in ABOUT_SITES:
                if state == "accepted":
                    _tell(writer, review, today or datetime.now().astimezone().date())
            elif state == "accepted":
                _close(store, writer, review, today or datetime.now().astimezone().date())
            writer.decide(review, state)
        writer.finish({state: len(found)})
    return writer.batch_id


def _reference(review: Review) -> SourceRef:
    return SourceRef(review.asked.source, review.asked.source_key)


def _join(store: Store, writer: Writer, review: Review) -> None:
    """Bring a row into its site; fields of other sources stay, as in an import without ranks."""
    source = review.asked.source
    before = writer.site(review.site)
    draft = unpacked(review.asked.payload, review.asked.source_key)
    merged, _ = merged_site(before.site, draft, alone=is_alone(before.sources, source))
    written_by = store.field_sources([before.id]).get(before.id, {})
    after, _ = kept_fields(before.site, merged, Ranks(source).protected(before, draft, written_by))
    if draft.name not in (after.name, *after.former_names):
        after = replace(after, former_names=(*after.former_names, draft.name))
    writer.update([SiteUpdate(before, after, (_reference(review),), _search(after))])


def _add(writer: Writer, review: Review) -> None:
    site = new_site(unpacked(review.asked.payload, review.asked.source_key))
    writer.add([NewSite(site, (_reference(review),), _search(site))])


def _tell(writer: Writer, review: Review, today: date) -> None:
    """Keep what rows tell of the site that they were taken for; those of a rejected review tell of no known place."""
    site = writer.site(review.site).id
    items = review.asked.payload["items"]
    if review.asked.kind == "indicator":
        writer.put_indicators((site, unpacked_indicator(values)) for _, values in items)
        return
    writer.put_evidence_many((site, key, unpacked_evidence(values)) for key, values in items)
    writer.rate([site], today)


def _close(store: Store, writer: Writer, review: Review, today: date) -> None:
    before = writer.site(review.site)
    reason = Message("vanished_closure", {"source": review.asked.source})
    closure = Closure(today, None, f"{reason.text('zh')} / {reason.text('en')}")
    after = replace(before.site, state="closed", closures=(*before.site.closures, closure))
    writer.update([SiteUpdate(before, after)])


def _place(store: Store, writer: Writer, review: Review) -> None:
    before = writer.site(review.site)
    if before.site.position is not None:
        raise ConflictError("review_has_position", site=before.code)
    position = Position(**review.asked.payload["position"])
    writer.update([SiteUpdate(before, placed_at(before.site, position, AreaAssigner(store.areas())))])


def _search(site: Site) -> str:
    return search_text(site.name, site.labels, site.former_names)
