"""The land of the region and the borders on it, and the sea lanes, for the map. Borders are approximate and say nothing
about what is whose.

region.geojson holds two features, `land` and `border`, cut from Natural Earth 1:50m (public domain; region.LICENSE).
With it the map needs no tile service and no request to another host. It was made by

    npm install world-atlas@2.0.2 mapshaper@0.7.70
    npx mapshaper node_modules/world-atlas/countries-50m.json -drop target=land -target countries \\
      -clip bbox=26,8,68,44 -innerlines + name=border -each 'kind="border"' -dissolve kind target=border \\
      -dissolve + target=countries name=land -each 'kind="land"' target=land \\
      -o target=land,border format=geojson precision=0.01 combine-layers region.geojson
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

Point = tuple[float, float]  # longitude, latitude

# where ships go, sketched by hand; a test keeps all but the canal off the land
LANES: dict[str, tuple[Point, ...]] = {
    "Persian Gulf and Strait of Hormuz": (
        (48.95, 29.55), (49.6, 28.9), (50.6, 27.9), (51.6, 27.1), (52.6, 26.35), (53.7, 25.85), (54.8, 25.95),
        (55.6, 26.3), (56.1, 26.5), (56.5, 26.6), (56.75, 26.35), (56.85, 25.8), (57.1, 25.1), (58.3, 24.6),
        (60.0, 23.9), (62.0, 22.8), (64.5, 21.0), (67.5, 19.0),
    ),
    "Red Sea and Bab el-Mandeb": (
        (32.53, 29.93), (32.75, 29.3), (33.2, 28.6), (33.8, 27.9),
        (34.4, 27.4), (35.6, 25.6), (37.3, 22.8), (38.8, 19.8), (40.3, 17.0), (41.9, 14.4), (42.7, 13.4), (43.25, 12.7),
        (43.4, 12.4), (44.2, 12.1), (46.0, 12.2), (49.0, 12.9), (52.0, 13.6), (56.0, 15.2), (60.0, 18.2), (62.0, 22.8),
    ),
    "Suez Canal": ((32.3, 31.6), (32.32, 31.25), (32.31, 30.7), (32.37, 30.3), (32.58, 30.1), (32.53, 29.93)),
    "Yanbu": ((37.95, 24.0), (37.3, 23.3), (37.3, 22.8)),
    "Eastern Mediterranean": ((32.3, 31.6), (31.0, 32.4), (29.0, 33.2), (26.5, 34.0)),
}  # fmt: skip


@cache
def _rings() -> dict[str, list[list[list[float]]]]:
    """kind -> its lines: the outlines of land, the borders."""
    found = {}
    text = Path(__file__).with_name("region.geojson").read_text(encoding="utf-8")
    for feature in json.loads(text)["features"]:
        lines = feature["geometry"]["coordinates"]
        kind = feature["properties"]["kind"]
        found[kind] = [ring for polygon in lines for ring in polygon] if kind == "land" else lines
    return found


@cache
def coasts() -> list[list[float | None]]:
    """Outlines of the land as points, with an empty point between two of them."""
    return _joined(_rings()["land"])


@cache
def land() -> list[list[float]]:
    """All land as one outline, to be filled: each island hangs on a bridge without width, there and back over the
    water, from the nearest point of what is joined already.
    """
    first, *islands = sorted(_rings()["land"], key=len, reverse=True)
    low = min(range(len(first) - 1), key=lambda n: first[n][1])
    whole = [*first[low:-1], *first[: low + 1]]  # from its lowest point, so that what closes the filling is off the map
    for island in islands:
        apart = ((np.array(whole)[:, None] - np.array(island[:-1])) ** 2).sum(axis=2)
        here, there = divmod(int(apart.argmin()), apart.shape[1])
        around = [*island[there:-1], *island[: there + 1]]
        whole = [*whole[: here + 1], *around, *whole[here:]]
    return whole


@cache
def borders() -> list[list[float | None]]:
    return _joined(_rings()["border"])


@cache
def lanes() -> list[list[float | None]]:
    return _joined(LANES.values())


def _joined(lines: Iterable[Iterable[Iterable[float]]]) -> list[list[float | None]]:
    found: list[list[float | None]] = []
    for line in lines:
        found += [[*point] for point in line]
        found.append([None, None])
    return found[:-1]


def on_land(at: Point) -> bool:
    """Whether a point lies within the outlines: a line from it eastwards crosses them an odd number of times."""
    x, y = at
    crossed = 0
    for ring in _rings()["land"]:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                crossed += 1
    return crossed % 2 == 1
