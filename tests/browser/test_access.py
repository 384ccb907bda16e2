"""axe-core finds nothing to mend on any page: in both languages and themes, on phone and desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from geodata.store import BatchInfo, NewReport
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.serving import DESK, PHONE, Visit

AXE = Axe()
#: What the guidelines ask for at levels A and AA, and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What a theme can change.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
#: The description of the API says the same of each address: the first ones stand for all.
LEFT_OUT = {"exclude": [["main.reference > section:nth-of-type(n+4)"]]}
#: Language, the theme of all rules and the one in which colours are looked at again, size.
LOOKS = [("", ("light", "dark"), PHONE), ("/en", ("dark", "light"), DESK)]


class View(NamedTuple):
    """A page as a person may see it.

    Attributes
    ----------
    path : str
        After the language; codes of places in braces, by their keys.
    ready : str
        What is there when the page is complete.
    act : callable, optional
        What the person does first.
    staff : bool
        Whether it is for people who are logged in.
    missing : bool
        Whether the page says that something is not there, of which the browser complains too.
    """

    path: str
    ready: str = "main h1"
    act: Callable[[Page], None] | None = None
    staff: bool = False
    missing: bool = False


def open_filters(page: Page) -> None:
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.locator("#filters-open").click()


def search(page: Page) -> None:
    page.get_by_role("combobox").fill("驿站")


def refuse(page: Page) -> None:
    page.locator("[data-locate]:visible").first.click()


def choose_point(page: Page) -> None:
    refuse(page)
    page.locator("#locate-notice .ways button").last.click()


def report_a_move(page: Page) -> None:
    page.locator("input[value=moved]").check()


VIEWS = {
    "map": View("/", "#results .row-link"),
    "filters": View("/", "#filters[open] input", open_filters),
    "suggestions": View("/", "#suggestions [role=option]", search),
    "refused": View("/", "#locate-notice button", refuse),
    "point on the map": View("/", "#pick-use", choose_point),
    "nothing found": View("/?q=zzzz", ".nothing"),
    "panel": View("/#s={near}", "#panel:not([aria-busy]) .tile"),
    "panel of a closed place": View("/#s={library}", "#panel:not([aria-busy]) .notices"),
    "panel of odd texts": View("/#s={hostile}", "#panel:not([aria-busy]) .tile"),
    "place": View("/s/{near}"),
    "closed place": View("/s/{library}"),
    "place with services": View("/s/{center}"),
    "sheet": View("/s/{near}/print", ".qr"),
    "unknown place": View("/s/ZZZZZZ", missing=True),
    "list": View("/list"),
    "list with wishes": View("/list?facility=toilet&open=now&kind=rest_station&q=wanda"),
    "organisation": View("/o/ZF"),
    "unknown organisation": View("/o/NOBODY", missing=True),
    "numbers": View("/stats"),
    "data": View("/data"),
    "embed": View("/embed", "#results .row-link"),
    "embed without a list": View("/embed?list=off", ".leaflet-marker-icon"),
    "generator": View("/embed/new", "#code"),
    "report": View("/s/{center}/report"),
    "report with a pin": View("/s/{center}/report", "#report[data-map=ready] .pin-map", report_a_move),
    "unknown page": View("/nothing", missing=True),
    "api": View("/api/docs"),
    "login": View("/login"),
    "staff": View("/staff", staff=True),
    "reports": View("/staff/reports", staff=True),
    "decided reports": View("/staff/reports?state=done", staff=True),
    "one report": View("/staff/reports/{report}", ".pin-map[data-map=ready]", staff=True),
    "places for staff": View("/staff/places?q=dhyl", staff=True),
    "history of a place": View("/staff/places/{near}", staff=True),
    "desk": View("/plan", "body[data-desk=ready]", staff=True),
}


@pytest.fixture(scope="session")
def names(desk: Desk, codes: dict[str, str]) -> dict[str, str]:
    """Codes of places by their keys, and the number of a report with everything in it."""
    site = desk.store.site(codes["center"])
    with desk.store.write(BatchInfo("report", "public")) as writer:
        told = NewReport(site.id, "moved", "access", "Two doors on", "toilet", "no", "Mo-Fr 09:00-17:00", 121.41, 37.53)
        return {**codes, "report": str(writer.add_report(told))}


def assert_clear(page: Page, rules: list[str]) -> None:
    found = AXE.run(page, LEFT_OUT, {"resultTypes": ["violations"], "runOnly": rules})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("lang", "themes", "size"), LOOKS, ids=["zh", "en"])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_nothing_stands_in_the_way(
    open_page: Open,
    desk: Desk,
    names: dict[str, str],
    visits: list[Visit],
    view: View,
    lang: str,
    themes: tuple[str, str],
    size: tuple[int, int],
) -> None:
    path = lang + view.path.format_map(names)
    if view.path == "/api/docs":  # the one page that takes its language from the query
        path = f"{view.path}?lang={'en' if lang else 'zh'}"
    cookies = desk.cookies() if view.staff else ()
    page = open_page(path, size=size, address=desk.address, cookies=cookies, color_scheme=themes[0])
    if view.act:
        view.act(page)
    page.locator(view.ready).first.wait_for()
    assert_clear(page, RULES)
    page.emulate_media(color_scheme=themes[1])
    assert_clear(page, OF_COLOURS)
    if view.missing:
        visits[0].complaints.clear()
