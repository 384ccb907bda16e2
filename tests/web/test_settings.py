"""Settings are read when the application is made, and an unusable one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.errors import SettingsError
from webmap.settings import OTHER_VARIABLES, Settings, all_settings, unknown_variables


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for info in all_settings():
        monkeypatch.delenv(info.env, raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_nothing() -> None:
    settings = Settings.load()
    assert settings.store.database_url == "sqlite:///stationmap.db"
    assert settings.place.languages == ("zh", "en")
    assert settings.place.tz.key == "Asia/Shanghai"
    assert [layer.url for layer in settings.base_map.layers] == ["https://tile.openstreetmap.org/{z}/{x}/{y}.png"]


def test_environment_wins_over_file_and_file_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("STATIONMAP_PORT=8100\nSTATIONMAP_WORKERS=3\nOTHER=x\n", encoding="utf-8")
    monkeypatch.setenv("STATIONMAP_PORT", "8200")
    settings = Settings.load()
    assert (settings.server.port, settings.server.workers, settings.server.threads) == (8200, 3, 2)
    assert Settings.load(port=8300).server.port == 8300


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONMAP_WORKERS", "")
    assert Settings.load().server.workers == 2


UNUSABLE = {
    "STATIONMAP_DATABASE_URL": "mysql://user:pass@host/db",
    "STATIONMAP_REFRESH_INTERVAL": "0",
    "STATIONMAP_TIMEZONE": "Mars/Olympus",
    "STATIONMAP_LANGUAGES": "zh,fr",
    "STATIONMAP_APP_NAME": "a b",
    "STATIONMAP_BASE_MAP": "google",
    "STATIONMAP_TILE_URLS": "https://tiles.example/{z}.png",
    "STATIONMAP_PRIVACY_NOTICE": "javascript:alert(1)",
    "STATIONMAP_NEARBY_RADIUS": "far",
    "STATIONMAP_PORT": "70000",
    "STATIONMAP_LOG_LEVEL": "loud",
    "STATIONMAP_ACCESS_LOG": "perhaps",
}


@pytest.mark.parametrize(("name", "value"), UNUSABLE.items())
def test_unusable_value_is_named_in_both_languages(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    expected = {info.env: info.expected for info in all_settings()}[name]
    for text in caught.value.message.texts().values():
        assert name in text
        assert expected in text


def test_secrets_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", "mysql://u:hush@host/db")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "needs"),
    [
        ({"base_map": "tianditu"}, "STATIONMAP_TIANDITU_KEY"),
        ({"base_map": "custom"}, "STATIONMAP_TILE_URLS"),
        ({"page_size": 600, "page_size_max": 500}, "STATIONMAP_PAGE_SIZE_MAX"),
    ],
)
def test_settings_that_need_others_say_so(values: dict[str, object], needs: str) -> None:
    with pytest.raises(SettingsError, match=needs):
        Settings.load(**values)


def test_tianditu_has_a_map_and_its_labels() -> None:
    layers = Settings.load(base_map="tianditu", tianditu_key="k" * 32).base_map.layers
    assert [layer.url.split("/")[3] for layer in layers] == ["vec_w", "cva_w"]
    assert all(f"tk={'k' * 32}" in layer.url and "{z}" in layer.url for layer in layers)
    assert layers[0].subdomains == "01234567"


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "gb.env"
    broken.write_bytes("STATIONMAP_CONTACT=芝罘区总工会".encode("gb18030"))
    with pytest.raises(SettingsError, match=r"gb\.env"):
        Settings.load(env_file=broken)


def test_every_setting_is_described_in_both_languages() -> None:
    for info in all_settings():
        assert info.env.startswith("STATIONMAP_")
        assert info.en
        assert any("\u4e00" <= sign <= "\u9fff" for sign in info.zh), info.env
        assert info.expected, info.env
    assert len({info.env for info in all_settings()}) == len(all_settings())


def test_misspelt_variables_are_found() -> None:
    names = ["STATIONMAP_DATABSE_URL", "STATIONMAP_PORT", "PATH", *OTHER_VARIABLES]
    assert unknown_variables(names) == ["STATIONMAP_DATABSE_URL"]
