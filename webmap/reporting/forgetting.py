"""What is forgotten: reports that were closed long ago, and their photos."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from geodata.store import BatchInfo, Store
from webmap.reporting.photos import drop_photo, photo_folder
from webmap.settings import Settings

log = logging.getLogger(__name__)


def forget_reports(store: Store, settings: Settings, now: datetime) -> int:
    """Take away the reports whose time is over, each photo before its report; return how many they were.

    Reports with photos are left to a machine that has the folder of photos.

    Parameters
    ----------
    store : Store
    settings : Settings
    now : datetime

    Raises
    ------
    StoreError
        If the store cannot be read or written; what is left is forgotten the next time.
    """
    days = settings.reports.report_days
    if not days:
        return 0
    old = store.reports_closed_before(now - timedelta(days=days))
    if not photo_folder(settings).is_dir():
        old = [report for report in old if not report.told.photo]
    gone = []
    for report in old:
        try:
            drop_photo(settings, report.told.photo)
        except OSError as error:
            log.warning("the photo of report %d cannot be taken away: %s", report.id, error)
        else:
            gone.append(report.id)
    if gone:
        with store.write(BatchInfo("report", "retention")) as writer:
            writer.forget_reports(gone)
        log.info("forgot %d reports that were closed more than %d days ago", len(gone), days)
    return len(gone)
