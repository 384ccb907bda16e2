"""The words and figures of a plan's result for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geodata.messages import Lang, Message

Result = Mapping[str, Any]


class Words:
    """Texts of a result in one language.

    Parameters
    ----------
    result : mapping
        As :func:`geodata.siting.result.result_of` makes it.
    lang : {"zh", "en"}
    """

    def __init__(self, result: Result, lang: Lang) -> None:
        self.result = result
        self.lang = lang

    def text(self, code: str, **params: Any) -> str:
        """Return a message."""
        return Message(code, params).text(self.lang)

    def share(self, value: float | None) -> str:
        """Return a part of a whole."""
        return "–" if value is None else f"{value:.1%}"

    def amount(self, value: float | None) -> str:
        """Return an amount of demand or money, whole where that is what it is."""
        if value is None:
            return self.text("plan_unknown")
        return f"{value:,.0f}" if abs(value) >= 1_000 or float(value).is_integer() else f"{value:,.1f}"

    def minutes(self, value: float | None) -> str:
        """Return minutes; without a value, that there are more than were looked at."""
        if value is None:
            return self.text("plan_more_than", minutes=f"{self.result['horizon_min']:g}")
        return f"{value:.1f}"

    @property
    def limit(self) -> str:
        """The minutes of the scenario."""
        return f"{self.result['scenario']['travel']['minutes']:g}"

    def lead(self) -> list[str]:
        """Return what a board has to hear first."""
        result, travel, answer = self.result, self.result["scenario"]["travel"], self.result["answer"]
        lines = [
            self.text(
                "plan_lead",
                new=answer["chosen"],
                mode=self.text(f"plan_mode_{travel['mode']}"),
                minutes=self.limit,
                before=self.share(result["before"]["share"]),
                after=self.share(result["after"]["share"]),
            )
        ]
        if travel["hours"]:
            hours = ("、" if self.lang == "zh" else ", ").join(f"{hour}:00" for hour in travel["hours"])
            lines.append(self.text("plan_lead_hours", hours=hours))
        if answer["closed"]:
            lines.append(self.text("plan_lead_closed", count=answer["closed"]))
        lines.append(self.proof())
        if answer["unreachable"]:
            total = result["before"]["weight"]
            weight, share = self.amount(answer["unreachable"]), self.share(answer["unreachable"] / total)
            lines.append(self.text("plan_unreachable", weight=weight, share=share))
        return lines

    def proof(self) -> str:
        """Return how good the answer is, and how far that is proven."""
        answer = self.result["answer"]
        stopped = answer["stopped"] and answer["status"] != "optimal"
        if stopped and answer["gap"] is None:
            return self.text("plan_status_stopped_early")
        status = "stopped" if stopped else answer["status"]
        return self.text(f"plan_status_{status}", gap=self.share(answer["gap"]))

    def numbers(self) -> list[tuple[str, str, str]]:
        """Return the table of before and after: what, today, after."""
        before, after = self.result["before"], self.result["after"]
        return [
            (self.text("plan_covered"), self.amount(before["covered"]), self.amount(after["covered"])),
            (self.text("plan_share"), self.share(before["share"]), self.share(after["share"])),
            (
                self.text("plan_unserved"),
                self.amount(before["weight"] - before["covered"]),
                self.amount(after["weight"] - after["covered"]),
            ),
            (self.text("plan_mean"), self._mean(before), self._mean(after)),
            (self.text("plan_p95"), self.minutes(before["p95_minutes"]), self.minutes(after["p95_minutes"])),
        ]

    def _mean(self, service: Mapping[str, Any]) -> str:
        return "–" if service["mean_minutes"] is None else f"{service['mean_minutes']:.1f}"

    def hours(self, site: Mapping[str, Any]) -> str:
        """Return the hours of a site as its list gave them."""
        return str(site["hours_text"] or site["hours_osm"] or self.text("plan_unknown"))

    def checks(self, site: Mapping[str, Any]) -> list[str]:
        """Return what is left to settle for a site, with the remarks."""
        lines = []
        for check in site["checks"]:
            if check["state"] == "settled":
                continue
            refused = f" · {self.text('check_state_refused')}" if check["state"] == "refused" else ""
            note = f"（{check['note']}）" if self.lang == "zh" else f" ({check['note']})"
            lines.append(f"{self.text('check_' + check['code'])}{refused}{note if check['note'] else ''}")
        return lines

    def area(self, effect: Mapping[str, Any]) -> str:
        """Return the name of an area."""
        return str(effect["name"] or effect["adcode"] or self.text("plan_no_area_name"))

    def notes(self) -> list[str]:
        """Return what a reader has to know of the data."""
        lines = [self.text(note["code"], **note["params"]) for note in self.result["notes"]]
        return ([self.text("plan_basis_streets")] if self.result["basis"] == "streets" else []) + lines

    def inputs(self) -> str:
        """Return what the data was."""
        inputs = self.result["inputs"]
        digest = str(inputs.get("digest", ""))[:12]
        return self.text("plan_inputs", version=inputs.get("data_version", "–"), digest=digest, day=inputs.get("day"))

    def next_gain(self) -> str | None:
        """Return what one more station would add."""
        curve, chosen = self.result["curve"], self.result["answer"]["chosen"]
        by_number = {point["sites"]: point["share"] for point in curve if point["budget"] is None}
        if chosen not in by_number or chosen + 1 not in by_number:
            return None
        gain = max(0.0, by_number[chosen + 1] - by_number[chosen])
        return self.text("plan_curve_text", gain=self.share(gain))
