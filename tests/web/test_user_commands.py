"""``stationmap user``, and the keys that servers sign with."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from geodata.errors import SettingsError, ValueUnusableError
from geodata.store import Store, open_store
from tests.web.staff import PASSWORD
from webmap.cli import main
from webmap.cli.serve import kept_secret
from webmap.settings import Settings
from webmap.signing import new_secret
from webmap.staff.passwords import hash_password, password_fits


@pytest.fixture
def runner(fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.setenv("STATIONMAP_LANG", "en")
    monkeypatch.chdir(tmp_path)
    return CliRunner()


@pytest.fixture
def staff(fresh_sqlite: str) -> Iterator[Store]:
    with open_store(fresh_sqlite) as store:
        yield store


def test_an_account_from_its_first_to_its_last_day(runner: CliRunner, staff: Store) -> None:
    assert "no account yet" in runner.invoke(main, ["user", "list"]).stderr
    added = runner.invoke(main, ["user", "add", "Li"], input=f"{PASSWORD}\n{PASSWORD}\n")
    assert (added.exit_code, added.stdout) == (0, "The account li was added.\n")
    assert PASSWORD not in added.output
    user = staff.user("li")
    assert user is not None
    assert password_fits(user.password_hash, PASSWORD)
    assert runner.invoke(main, ["user", "add", "LI", "--password-stdin"], input=PASSWORD).exit_code == 1
    changed = runner.invoke(main, ["user", "password", "li", "--password-stdin"], input="zwei rote Hunde\n")
    assert changed.exit_code == 0, changed.output
    assert password_fits(staff.users()[0].password_hash, "zwei rote Hunde")
    assert runner.invoke(main, ["user", "list"]).stdout.startswith("li  added 20")
    assert runner.invoke(main, ["user", "disable", "li"]).exit_code == 0
    assert "disabled 20" in runner.invoke(main, ["user", "list"]).stdout
    assert runner.invoke(main, ["user", "enable", "li"]).exit_code == 0
    assert staff.users()[0].disabled_at is None
    for command in ("disable", "enable", "password"):
        unknown = runner.invoke(main, ["user", command, "nobody"])
        assert (unknown.exit_code, "There is no account nobody" in unknown.stderr) == (1, True)


def test_weak_and_mistyped_passwords_are_asked_for_again(runner: CliRunner, staff: Store) -> None:
    typed = f"short\n{PASSWORD}\nother words here\n{PASSWORD}\n{PASSWORD}\n"
    done = runner.invoke(main, ["user", "add", "li"], input=typed)
    assert done.exit_code == 0, done.output
    assert "at least 10" in done.stderr
    assert "not the same" in done.stderr
    assert len(staff.users()) == 1
    for given in ("short\n", "\n", ""):
        assert runner.invoke(main, ["user", "add", "wang", "--password-stdin"], input=given).exit_code == 1
    assert len(staff.users()) == 1


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaa", "1234567890", "qwertyuiop", "0987654321a", "Password123!", "xx-liming-xx", "P@ssw0rd2026",
     "abcdefghij12", "x" * 201],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValueUnusableError):
        hash_password(password, "liming")


@pytest.mark.parametrize("password", [PASSWORD, "四只灰色的猫跑过去了呀", "correct horse battery", "t7#kV2!mQz"])
def test_good_passwords_are_kept_as_a_hash_that_only_they_fit(password: str) -> None:
    kept = hash_password(password, "liming")
    assert password not in kept
    assert password_fits(kept, password)
    assert not password_fits(kept, password + " ")
    assert not password_fits(None, password)
    assert hash_password(password, "liming") != kept


def test_the_demo_keeps_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret-key"
    secret = kept_secret(path)
    assert kept_secret(path) == secret
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert Settings.load(env_file=None, secret_key=secret).staff.secret_key.get_secret_value() == secret
    with pytest.raises(SettingsError):
        kept_secret(path / "below")


def test_keys_that_are_too_short_are_refused_and_never_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load(env_file=None, secret_key="too-short")
    assert "STATIONMAP_SECRET_KEY" in str(refused.value)
    assert "too-short" not in str(refused.value)
    assert new_secret() != new_secret()
    assert new_secret() not in repr(Settings.load(env_file=None, secret_key=new_secret()))
