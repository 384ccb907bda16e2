"""Every text that the scripts of the desk show."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

TEXTS = {
    # Asking
    "no_network": _("The server cannot be reached. Check the network."),
    "server_failed": _("The server could not answer. Try again in a moment."),
    "trying_again": _("{reason} The run goes on; trying again…"),
    # The gap
    "served_foot": _("of the demand has a station within {minutes} minutes on foot; {n} has none."),
    "served_ebike": _("of the demand has a station within {minutes} minutes by e-bike; {n} has none."),
    "basis_streets": _("Ways are measured along streets."),
    "basis_straight": _("No streets are loaded here: ways are 1.3 times the straight line."),
    "hours_label": _("Demand and what of it is served, by hour of the day"),
    "cell_demand": _("Demand: {n}"),
    "cell_lacking": _("Without a station: {n}"),
    "station_today": _("Station of today"),
    "closed_then": _("Closed at this hour"),
    "hours_unknown": _("Hours not known; counted as open"),
    "no_layer": _("Choose at least one layer of demand."),
    # Candidates
    "candidates_count": _("{n} candidates"),
    "mark_of": _("What holds for {name}"),
    "mark_free": _("May be chosen"),
    "mark_must": _("Must be chosen"),
    "mark_not": _("Must not"),
    "pin_must": _("{name} (must be chosen)"),
    "pin_not": _("{name} (must not be chosen)"),
    "pin_name": _("Name of this place"),
    "new_place": _("New place {n}"),
    "remove": _("Remove"),
    "move_back": _("Put it back"),
    "drag_hint": _("Drag the pin to move it."),
    "refused": _("Ruled out: something was refused here."),
    "cost": _("{n} yuan"),
    # Asking for a run
    "title_sites": _("{area}: {n} new stations"),
    "title_share": _("{area}: fewest stations for {share}%"),
    "title_budget": _("{area}: new stations for {budget} yuan"),
    "run_sites": _("Propose {n} stations"),
    "run_one": _("Propose one station"),
    "run_share": _("Propose the fewest stations"),
    "run_budget": _("Propose stations"),
    "help_maximal_covering": _("Finds the places with which most people have a station within the minutes."),
    "help_set_covering": _(
        "Finds the fewest places with which the stated share of people has a station within the minutes."
    ),
    "help_p_median": _("Finds the places that make the way to the nearest station shortest on average."),
    "help_p_center": _("Finds the places that make the longest way of anybody as short as can be."),
    # Runs
    "cancel_run": _("Cancel"),
    "stop_run": _("Stop and take the best so far"),
    "failed": _("The run failed: {reason}"),
    "was_cancelled": _("The run was cancelled."),
    "gap": _("gap {gap}"),
    # The result
    "today": _("Now"),
    "after": _("After"),
    "optimal": _("Proven best"),
    "unproven": _("Not proven yet"),
    "proposed_site": _("Proposed station {n}: {name}"),
    "lost_without": _("Without it {n} of the demand would have no station"),
    "cost_text": _("{cost} yuan"),
    "checks": _("To be settled: {n}"),
    "curve_label": _("Share covered by number of new stations: {list}"),
    "file_report_html": _("Report for the board (HTML)"),
    "file_sites_xlsx": _("Table of places (XLSX)"),
    "file_sites_geojson": _("Places for GIS (GeoJSON)"),
    "file_result_json": _("All figures (JSON)"),
    "file_scenario_toml": _("The scenario (TOML)"),
    "none": _("None"),
}


def texts() -> dict[str, str]:
    """Return the texts in the language of the present page."""
    return {key: str(text) for key, text in TEXTS.items()}
