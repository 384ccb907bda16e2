"""``stationmap serve`` where the file of the database is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from geodata.vocabulary import load_vocabulary
from webmap.cli import main
from webmap.cli import serve as commands
from webmap.indexfile import IndexFile
from webmap.settings import Settings


@pytest.mark.parametrize("kept", [True, False])
def test_a_server_starts_from_what_was_kept_of_a_missing_store(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, started = f"sqlite:///{tmp_path}/gone.db", []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", url)
    monkeypatch.setenv("STATIONMAP_SNAPSHOT_DIR", str(tmp_path))
    monkeypatch.setattr(commands, "check_port", lambda host, port: None)
    monkeypatch.setattr(commands, "run", lambda settings, on_listening: started.append(settings.store.database_url))
    if kept:
        file = IndexFile.of(Settings.load(env_file=None), load_vocabulary(None))
        assert file is not None
        file.path.write_bytes(b"places")
    done = CliRunner().invoke(main, ["--lang", "en", "serve"])
    assert "gone.db does not exist" in done.output + str(done.exception)
    assert (done.exit_code, started) == ((0, [url]) if kept else (1, []))
