"""A stand-in for geocoding services: speaks their documented protocols, with the answers and faults of a test."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "the-right-key-0123456789"


@dataclass
class Known:
    """A place that the services know: coordinates in their own datum, their word for the level, where it lies."""

    lon: float
    lat: float
    level: str = "门牌号"
    province: str = ""
    city: str = ""
    district: str = ""
    adcode: str = ""
    score: int = 100


@dataclass
class StandIn:
    """The server; ``places`` are found by any part of the address that is asked for, ``faults`` come first."""

    places: dict[str, list[Known]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def start(self) -> StandIn:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                given = {name: values[0] for name, values in parse_qs(parts.query).items()}
                stand_in.asked.append({"path": parts.path, **given})
                status, body = stand_in.respond(parts.path, given)
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", "7")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def respond(self, path: str, given: dict[str, str]) -> tuple[int, str]:
        fault = self.faults.pop(0) if self.faults else ""
        match fault:
            case "slow":
                time.sleep(1.5)
            case "garbage":
                return 200, "<html>Please log in</html>"
            case "shape":
                return 200, json.dumps({"status": "1", "geocodes": [{"location": "north"}], "location": {"lon": "x"}})
            case "list":
                return 200, "[]"
            case "broken":
                return 500, "no"
            case "busy":
                return 429, "slow down"
            case "forbidden":
                return 403, json.dumps({"code": 301001, "msg": "非法Key", "resolve": "检查Key"})
        protocols = {
            "/v3/geocode/geo": self._amap,
            "/geocoder": self._tianditu,
            "/search": self._nominatim,
            "/api": self._photon,
            "/v1/search": self._pelias,
            "/arcgis/rest/services/World/GeocodeServer/findAddressCandidates": self._arcgis,
            "/geocoding/v3/": self._baidu,
        }
        if path not in protocols:
            return 404, "{}"
        return 200, json.dumps(protocols[path](given, fault), ensure_ascii=False)

    def _find(self, text: str) -> list[Known]:
        return next((found for part, found in self.places.items() if part in text), [])

    def _amap(self, given: dict[str, str], fault: str) -> Any:
        codes = {"quota": ("USER_DAILY_QUERY_OVER_LIMIT", "10044"), "day": ("DAILY_QUERY_OVER_LIMIT", "10003")}
        codes |= {"rate": ("CUQPS_HAS_EXCEEDED_THE_LIMIT", "10021"), "params": ("INVALID_PARAMS", "20000")}
        info, code = codes.get(fault, ("OK", "10000"))
        if code == "10000" and given.get("key") != KEY:
            info, code = "INVALID_USER_KEY", "10001"
        if code != "10000":
            return {"status": "0", "info": info, "infocode": code}
        geocodes = [
            {
                "formatted_address": f"{item.province}{item.city}{item.district}{given['address']}",
                "country": "中国",
                "province": item.province,
                "citycode": "021",
                "city": item.city or [],  # as the service does for what is empty
                "district": item.district or [],
                "township": [],
                "neighborhood": {"name": [], "type": []},
                "building": {"name": [], "type": []},
                "adcode": item.adcode or [],
                "street": [],
                "number": [],
                "location": f"{item.lon:.6f},{item.lat:.6f}",
                "level": item.level,
            }
            for item in self._find(given["address"])
        ]
        return {"status": "1", "info": "OK", "infocode": "10000", "count": str(len(geocodes)), "geocodes": geocodes}

    def _tianditu(self, given: dict[str, str], fault: str) -> Any:
        if given.get("tk") != KEY:
            return {"code": 12, "msg": "权限类型错误", "resolve": "请检查密钥类型"}
        if fault == "quota":
            return {"code": 14, "msg": "调用次数超过配额", "resolve": ""}
        text = json.loads(given["ds"])["keyWord"]
        found = self._find(text)
        if not found:
            return {"msg": "无结果", "searchVersion": "6.4.9V", "status": "101"}
        item = found[0]
        location = {
            "score": item.score,
            "level": item.level,
            "lon": f"{item.lon}",
            "lat": f"{item.lat}",
            "keyWord": text,
        }
        return {"msg": "ok", "location": location, "searchVersion": "6.4.9V", "status": "0"}

    def _nominatim(self, given: dict[str, str], fault: str) -> Any:
        ranks = {"house": 30, "road": 26, "city": 16}
        return [
            {
                "lat": str(item.lat),
                "lon": str(item.lon),
                "class": "place",
                "type": item.level,
                "addresstype": item.level,
                "place_rank": ranks.get(item.level, 30),
                "display_name": f"{given['q']}, {item.district}, {item.province}, 中国",
                "address": {
                    "state": item.province,
                    "city": item.city,
                    "city_district": item.district,
                    "country": "中国",
                },
            }
            for item in self._find(given["q"])
        ]

    def _photon(self, given: dict[str, str], fault: str) -> Any:
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [item.lon, item.lat]},
                    "properties": {
                        "type": item.level,
                        "name": given["q"],
                        "state": item.province,
                        "city": item.city,
                        "district": item.district,
                        "country": "中国",
                    },
                }
                for item in self._find(given["q"])
            ],
        }

    def _pelias(self, given: dict[str, str], fault: str) -> Any:
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [item.lon, item.lat]},
                    "properties": {
                        "layer": item.level,
                        "label": given["text"],
                        "name": given["text"],
                        "region": item.province,
                        "locality": item.city,
                        "county": item.district,
                        "confidence": item.score / 100,
                    },
                }
                for item in self._find(given["text"])
            ],
        }

    def _arcgis(self, given: dict[str, str], fault: str) -> Any:
        text = given["singleLine"]
        return {
            "spatialReference": {"wkid": 4326, "latestWkid": 4326},
            "candidates": [
                {
                    "address": text,
                    "location": {"x": item.lon, "y": item.lat},
                    "score": item.score,
                    "attributes": {
                        "Addr_type": item.level,
                        "Region": item.province,
                        "City": item.city,
                        "District": item.district,
                    },
                }
                for item in self._find(text)
            ],
        }

    def _baidu(self, given: dict[str, str], fault: str) -> Any:
        if given.get("ak") != KEY:
            return {"status": 200, "message": "APP不存在，AK有误请检查再重试"}
        if fault == "quota":
            return {"status": 302, "message": "天配额超限，限制访问"}
        found = self._find(given["address"])
        if not found:
            return {"status": 1, "msg": "无相关结果", "results": []}
        item = found[0]
        result = {
            "location": {"lng": item.lon, "lat": item.lat},
            "precise": 1,
            "confidence": item.score,
            "comprehension": item.score,
            "level": item.level,
        }
        return {"status": 0, "result": result}
