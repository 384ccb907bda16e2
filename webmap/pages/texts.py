"""Every text that the scripts show, from the same catalogue as the templates.

``{name}`` marks what the scripts fill in. A text that depends on a number stands once for one (``…_one``) and once
for all other numbers (``…_other``).
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _

TEXTS = {
    # Numbers, distances, times
    "metres": _("{n} m"),
    "kilometres": _("{n} km"),
    "walk_one": _("{n} min walk"),
    "walk_other": _("{n} min walk"),
    "walk_basis": _("Estimated from the straight-line distance"),
    "walk_basis_street": _("Along the streets"),
    "walk_straight": _(" (straight line)"),
    "walk_street": _(" (by street)"),
    "tomorrow": _("tomorrow {time}"),
    "weekday_time": _("{day} {time}"),
    "date_time": _("{date}, {time}"),
    "next_day": _("{time} (next day)"),
    # Open, closed, unknown
    "open_until": _("Open · closes {time}"),
    "closing_soon": _("Closing soon · {time}"),
    "open_always": _("Open 24 hours"),
    "closed": _("Closed"),
    "closed_until": _("Closed · opens {time}"),
    "unknown": _("Hours not known"),
    # The list
    "count_one": _("{n} place"),
    "count_other": _("{n} places"),
    "nearest_first": _("{count}, nearest first"),
    "nearest_cut": _("The nearest {count}"),
    "in_view": _("{count} in this part of the map"),
    "matching": _("{count} for “{q}”"),
    "all_places": _("{count}"),
    "nearest_is": _("The nearest is {name}, {distance} away."),
    "more_places": _("Show more"),
    "list_cut": _("Only the first {n} are shown. Zoom in or filter to see the others."),
    "nothing_here": _("No place fits"),
    "nothing_near": _("No place within {km} km fits your choice."),
    "nothing_in_view": _("Nothing in this part of the map fits your choice. Zoom out or clear a filter."),
    "nothing_for": _("Nothing found for “{q}”. Try part of the name, its pinyin or initials, or an address."),
    "nothing_but": _("No place fits, because of “{wish}”. Without it this one does:"),
    "nothing_but_near": _("No place near fits, because of “{wish}”. Without it the nearest is:"),
    "without": _("Without: {wish}"),
    "search_wider": _("Search within {km} km"),
    "clear_filters": _("Clear filters"),
    "show_all": _("Show the whole map"),
    "loading": _("Loading…"),
    "no_position": _("No position on the map yet"),
    "more_facilities": _("{n} more"),
    # Without a network
    "offline_now": _("No network. These places were taken along {time}; what is open is worked out on this device."),
    "offline_later": _("Search, other areas and routes need a network."),
    "offline_updating": _("As of {time}. Asking for what is new…"),
    "offline_place": _("No network: this is what was taken along. The rest, and the way there, need a network."),
    # In a frame of another site
    "full_map": _("Open the whole map"),
    "locate_framed": _(
        "The site around this map, or your browser, does not give it your position. "
        "Open the whole map, or choose another way."
    ),
    # Trouble
    "error_title": _("That did not work"),
    "error_network": _("The server cannot be reached. Check the connection and try again."),
    "error_server": _("The server could not answer. Try again in a moment."),
    "error_not_found": _("There is no place with the code {code}. The link may be incomplete."),
    "try_again": _("Try again"),
    "tiles_missing": _("The base map cannot be reached. Places and areas are still shown."),
    # Filters
    "filters": _("Filters"),
    "filters_set": _("Filters ({n})"),
    "any_time": _("At any time"),
    "open_now": _("Open now"),
    "open_night": _("Open at night (23:00)"),
    "kinds": _("Kind of place"),
    "facilities": _("Facilities"),
    "services": _("Services"),
    "remove_filter": _("Remove filter: {name}"),
    # Search
    "suggestion_area": _("Area"),
    "suggestion_similar": _("Similar name"),
    "suggestions_one": _("{n} suggestion"),
    "suggestions_other": _("{n} suggestions"),
    "search_for": _("Search all places for “{q}”"),
    "search_is": _("Search: {q}"),
    "area_is": _("Area: {name}"),
    # Position
    "locate": _("Locate me"),
    "locating": _("Locating…"),
    "locate_denied_title": _("Your position is not shared"),
    "locate_denied": _(
        "The browser or the phone does not allow this page to see your position. You can allow it in the browser’s"
        " settings for this site, or find places in another way:"
    ),
    "locate_unavailable_title": _("Your position could not be found"),
    "locate_unavailable": _(
        "The device gave no position, indoors or with a weak signal that happens. Try again in the open, or find"
        " places in another way:"
    ),
    "locate_insecure_title": _("No position over an unprotected connection"),
    "locate_insecure": _(
        "Browsers share a position only with pages opened over HTTPS, and this one was not. Find places in another way:"
    ),
    "locate_wechat": _(
        "WeChat does not pass your position on. Allow WeChat to use it in the settings of the phone, or open this page"
        " in the browser: ··· at the top right, then “Open in browser”. Or find places in another way:"
    ),
    "locate_view": _(
        "The app that shows this page does not pass your position on. Allow it to use your position in the settings of"
        " the phone, or open the link in the browser. Or find places in another way:"
    ),
    "copy_link": _("Copy the link"),
    "way_search": _("Search by name, pinyin, address or area"),
    "way_pick": _("Choose a point on the map"),
    "from_you": _("From your position"),
    "from_you_about": _("From your position, accurate to about {distance}"),
    "from_point": _("From the point you chose"),
    "from_place": _("From {name}"),
    "you_are_here": _("Your position"),
    "chosen_point": _("The point you chose"),
    # One place
    "close": _("Close"),
    "go_there": _("Go there"),
    "go_to": _("Go there: {name}"),
    "hint_wechat": _(
        "WeChat blocks links to other apps. Copy the address, or open this page in the browser: ··· at the top right,"
        " then “Open in browser”."
    ),
    "hint_amap": _("Amap blocks links to other apps. The button above leads there in Amap itself."),
    "go_with": _("Open in a navigation app"),
    "opens_app": _("app"),
    "copy_address": _("Copy address"),
    "copied": _("Copied"),
    "copy_by_hand": _("Copy this text:"),
    "share": _("Share link"),
    "nearby_from_here": _("Others nearby"),
    "address": _("Address"),
    "how_to_get_in": _("How to get in"),
    "floor": _("Floor: {floor}"),
    "access_unknown": _("How to get in is not known yet."),
    "phone": _("Phone"),
    "website": _("Website"),
    "hours": _("Opening hours"),
    "hours_as_given": _("As published: {text}"),
    "hours_unknown": _("The opening hours are not known. Call ahead, or look at the door."),
    "today": _("Today"),
    "day_closed": _("Closed"),
    "day_unknown": _("Not known"),
    "day_all": _("24 hours"),
    "holiday": _("{name}, public holiday"),
    "workday": _("{name}, make-up workday"),
    "closed_from_to": _("Closed from {from} to {to}"),
    "closed_from": _("Closed from {from} until further notice"),
    "closed_to": _("Closed until {to}"),
    "valid_from_to": _("Temporary place: {from} to {to}"),
    "valid_to": _("Temporary place, until {to}"),
    "valid_from": _("In service from {from}"),
    "limited_note": _("limited"),
    "not_known": _("Not known"),
    "not_known_more": _("Not known ({n})"),
    "on_the_spot": _("verified on the spot"),
    "own_hours": _("Own hours: {text}"),
    "rating_of": _("Rating {score} of 5"),
    "stars_of": _("{n}-star station"),
    "stars_overdue": _("The yearly inspection of the stars is overdue"),
    "why_rating": _("Why {score}"),
    "rating_start": _("Where every place begins"),
    "rating_start_told": _("Counts for less the more is known"),
    "rating_points": _("{n} points"),
    "rating_no_count": _("does not count"),
    "rating_value": _("{value} of {scale}"),
    "rating_reviews": _("{n} reviews"),
    "rating_sum": _("Together {score}; confidence {percent} %"),
    "figures": _("Published figures"),
    "awards": _("Awards"),
    "more_about": _("More about this place"),
    "host": _("Host"),
    "operator": _("Run by"),
    "level": _("Level"),
    "capacity_one": _("{n} seat"),
    "capacity_other": _("{n} seats"),
    "capacity": _("Seats"),
    "area_m2": _("Size"),
    "square_metres": _("{n} m²"),
    "former_names": _("Former names"),
    "last_verified": _("Last verified"),
    "never_verified": _("Not verified on the spot yet"),
    "source": _("Source"),
    "source_seen": _("{source}, seen {date}"),
    "updated": _("Updated"),
    "code": _("Code"),
    "report_problem": _("Report a problem"),
    "list_comma": _(", "),
    # Map
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
    "map_approval": _("Map approval no. {number}"),
    "cluster_one": _("{n} place"),
    "cluster_other": _("{n} places"),
    "bigger_list": _("Make the list larger"),
    "smaller_list": _("Make the list smaller"),
}


def texts() -> dict[str, str]:
    """Return the texts in the language of the present page."""
    return {key: str(text) for key, text in TEXTS.items()}
