"""``/metrics``: who may read it, and what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from geodata.errors import SettingsError
from tests.web.conftest import LAT, LON, Filled
from webmap.metrics import forget_ended_processes
from webmap.settings import Settings

ROOT = Path(__file__).parents[2]


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(client: FlaskClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return samples(answer.text)


def test_requests_are_counted_by_route_and_status(make_app: Callable[..., Flask], own: Filled) -> None:
    client = make_app().test_client()
    for _ in range(3):
        client.get(f"/api/v1/sites/nearby?lat={LAT}&lon={LON}")
    client.get("/api/v1/sites/nearby?lat=91")
    client.get(f"/api/v1/sites/{own.code('always')}")
    client.get("/no/such/page")
    client.open("/no/such/page", method="INVENTED")
    found = scraped(client)
    assert found["stationmap_requests_total", "GET", "/api/v1/sites/nearby", "200"] == 3
    assert found["stationmap_requests_total", "GET", "/api/v1/sites/nearby", "400"] == 1
    assert found["stationmap_requests_total", "GET", "/api/v1/sites/<code>", "200"] == 1
    assert found["stationmap_requests_total", "GET", "none", "404"] == 1
    assert [key for key in found if "INVENTED" in key] == []
    assert found["stationmap_request_seconds_count", "/api/v1/sites/nearby"] == 4
    assert 0 < found["stationmap_request_seconds_sum", "/api/v1/sites/nearby"] < 4


def test_state_of_the_data(make_app: Callable[..., Flask], own: Filled) -> None:
    app = make_app()
    client = app.test_client()
    found = scraped(client)
    assert found["stationmap_data_version",] == own.store.state().data_version
    assert found["stationmap_sites",] == len(own.codes)
    assert 0 <= found["stationmap_data_age_seconds",] < 60
    assert found["stationmap_refreshes_total", "failed"] == 0
    parts = {key[1]: value for key, value in found.items() if key[0] == "stationmap_index_bytes"}
    assert set(parts) == set(app.extensions["stationmap"].read_model.index.memory())
    assert sum(parts.values()) > 0


def test_failed_looks_are_counted(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    read_model = app.extensions["stationmap"].read_model

    def fail(*_: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(type(read_model.index), "refreshed", fail)
    with pytest.raises(OSError, match="gone"):
        read_model.refresh()
    assert scraped(app.test_client())["stationmap_refreshes_total", "failed"] == 1


def test_numbers_hold_no_position(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    client.get("/api/v1/sites/nearby?lat=37.53617&lon=121.39018")
    client.get("/api/v1/sites/37.53617,121.39018")
    client.get("/37.53617/121.39018")
    text = client.get("/metrics").text
    assert "37.53" not in text
    assert "121.39" not in text


@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        (None, "127.0.0.1", 200), (None, "::1", 200), (None, "::ffff:127.0.0.1", 200), (None, "10.0.0.1", 404),
        (None, "203.0.113.9", 404), ("10.0.0.0/8, 2001:db8::/32", "10.9.8.7", 200),
        ("10.0.0.0/8, 2001:db8::/32", "2001:db8::5", 200), ("10.0.0.0/8", "127.0.0.1", 404), ("off", "127.0.0.1", 404),
    ],
)  # fmt: skip
def test_who_may_read_them(make_app: Callable[..., Flask], allowed: str | None, address: str, status: int) -> None:
    client = make_app(**({} if allowed is None else {"metrics_allow": allowed})).test_client()
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}).status_code == status


def test_a_proxy_on_the_same_machine_does_not_open_them(make_app: Callable[..., Flask]) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}
    for count in (0, 1):
        assert make_app(proxy_count=count).test_client().get("/metrics", headers=headers).status_code == 404
    assert make_app(proxy_count=1).test_client().get("/metrics").status_code == 200


@pytest.mark.parametrize("value", ["everyone", "10.0.0.1/8", "300.1.1.1", "127.0.0.1,"])
def test_networks_that_cannot_be_read_are_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="STATIONMAP_METRICS_ALLOW"):
        Settings.load(env_file=None, metrics_allow=value)


def test_present_values_of_ended_processes_are_forgotten_but_not_what_they_counted(tmp_path: Path) -> None:
    code = """
from webmap.metrics import Metrics
metrics = Metrics("1")
metrics._workers.set(1)
metrics.request("/x", "GET", "200", 0.001)
print(metrics.text().decode())
"""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for expected in (1, 2):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        found = samples(done.stdout)
        assert found["stationmap_workers",] == 1
        assert found["stationmap_requests_total", "GET", "/x", "200"] == expected
    forget_ended_processes(tmp_path)
    assert not list(tmp_path.glob("gauge_live*"))
    assert list(tmp_path.glob("counter_*"))


def test_files_that_a_new_worker_is_still_making_are_waited_for(tmp_path: Path) -> None:
    code = """
import os, threading, pathlib
from webmap.metrics import Metrics
metrics = Metrics("1")
metrics.request("/x", "GET", "200", 0.001)
begun = pathlib.Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) / "counter_1.db"
begun.write_bytes(b"")
threading.Timer(0.06, begun.unlink).start()
print(metrics.text().decode())
"""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert samples(done.stdout)["stationmap_requests_total", "GET", "/x", "200"] == 1
