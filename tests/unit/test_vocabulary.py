"""What words say about themselves, shipped and added by a deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.errors import SettingsError
from geodata.vocabulary import load_vocabulary


def test_every_service_says_what_it_is_in_both_languages() -> None:
    services = load_vocabulary().services.values()
    assert not [term.code for term in services if not (term.about_zh and term.about_en)]


def test_the_four_mutual_aid_plans_are_those_of_guangdong() -> None:
    plans = load_vocabulary().services["mutual_aid"].parts
    assert len(plans) == 4
    assert {plan.areas for plan in plans} == {("44",)}
    (second,) = [plan for plan in plans if plan.about_zh]
    assert second.zh == "广东省在职职工住院医疗综合互助保障计划"
    for share in ("80", "70"):
        assert share in second.about_zh
        assert share in second.about_en


def test_a_deployment_explains_its_own_services(tmp_path: Path) -> None:
    local = tmp_path / "words.toml"
    local.write_text(
        '[services]\ncare = { zh = "托管", en = "Day care", about_zh = "暑期托管", about_en = "In summer",'
        ' parts = [{ zh = "小班", en = "Small group", areas = ["3706"] }] }\n',
        encoding="utf-8",
    )
    term = load_vocabulary(local).services["care"]
    assert (term.about_zh, term.about_en) == ("暑期托管", "In summer")
    assert [(part.zh, part.areas) for part in term.parts] == [("小班", ("3706",))]


def test_a_part_without_a_name_is_refused(tmp_path: Path) -> None:
    local = tmp_path / "words.toml"
    local.write_text(
        '[services]\ncare = { zh = "托管", en = "Day care", parts = [{ zh = "小班" }] }\n', encoding="utf-8"
    )
    with pytest.raises(SettingsError):
        load_vocabulary(local)
