"""Dates of feeds: read where they are certain, missing where they are not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.feeds.parse import dates

NOW = datetime(2026, 3, 10, tzinfo=UTC)
CERTAIN = {  # text -> UTC
    "Mon, 02 Mar 2026 10:00:00 GMT": "2026-03-02T10:00",
    "Mon, 02 Mar 2026 10:00:00 -0000": "2026-03-02T10:00",
    "2 Mar 2026 10:00 +0330": "2026-03-02T06:30",
    "Mon, 02 Mar 26 10:00:00 EST": "2026-03-02T15:00",
    "Mon, 02 Mar 2026 10:00:00 AST": "2026-03-02T07:00",  # Arabia, not the Atlantic
    "Mon, 02 Mar 2026 10:00:00 GST": "2026-03-02T06:00",  # the Gulf, not South Georgia
    "Mon, 02 Mar 2026 10:00:00 IRST": "2026-03-02T06:30",
    "Mon, 02 Mar 2026 10:00:00 PKT": "2026-03-02T05:00",
    "Mon, 02 Mar 2026 10:00:00 GMT+4": "2026-03-02T06:00",
    "Thu, 05 Mar 2026 12:00:00 +0300 (AST)": "2026-03-05T09:00",
    "2026-03-02T10:00:00Z": "2026-03-02T10:00",
    "2026-03-02T10:00:00.123456+03:30": "2026-03-02T06:30",
    "2026-03-02 10:00 +0400": "2026-03-02T06:00",
    "20260302T100000Z": "2026-03-02T10:00",
    "Mon Mar  2 10:00:00 UTC 2026": "2026-03-02T10:00",
    "March 2nd, 2026 10:00 PM GMT": "2026-03-02T22:00",
    "Mon, 02 Mar 2026 12:30 AM GMT": "2026-03-02T00:30",
    "13/02/2026 10:00 GMT": "2026-02-13T10:00",
    "2/13/2026 5:04:00 PM GMT": "2026-02-13T17:04",
    "02.03.2026 10:00 +0100": "2026-03-02T09:00",
    "lundi 2 mars 2026 à 10h30 +0100": "2026-03-02T09:30",
    "mar. 3 févr. 2026 10:00 +0100": "2026-02-03T09:00",
    "الاثنين، ٢ مارس ٢٠٢٦ ١٠:٠٠ GMT": "2026-03-02T10:00",
    "2 آذار/مارس 2026 - 10:00 +0300": "2026-03-02T07:00",
    "٠٢ كانون الثاني ٢٠٢٦ 10:00 GMT": "2026-01-02T10:00",
    "۲ مارس ۲۰۲۶ ۱۰:۰۰ +0330": "2026-03-02T06:30",
    "سه شنبه 12 اسفند 1404 10:00 IRST": "2026-03-03T06:30",
    "۱۴۰۴/۱۲/۱۱ ۱۰:۰۰ +0330": "2026-03-02T06:30",
    "1772445600": "2026-03-02T10:00",
    "Mon, 02 Mar 2026 10:00:60 GMT": "2026-03-02T10:01",
    "Mon, 16 Mar 2026 10:00:00 GMT": "2026-03-16T10:00",  # to come: storage decides what it counts for
}
UNCERTAIN = [
    "", " ", "yesterday", "3 hours ago", "2026-03-02", "2026-03-02 10:00:00", "Mon Mar  2 10:00:00 2026",
    "02/03/2026 10:00 GMT", "02/03/26 10:00 GMT", "26-03-02 10:00 GMT", "Mon, 02 Mar 2026 10:00:00 IST",
    "Mon, 02 Mar 2026 10:00:00 XYZ", "Mon, 02 Mar 2026 10:00:00 +2500", "Mon, 30 Feb 2026 10:00:00 GMT",
    "Mon, 02 Mar 2026 25:00:00 GMT", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00",
    "Mon, 02 Mar 2099 10:00:00 GMT", "1447/09/12 10:00 +0300", "12 رمضان 1447 10:00 +0300", "1404/13/01 10:00 +0330",
    "2 Mar Apr 2026 10:00 GMT", "1" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", CERTAIN)
def test_certain(text):
    assert dates.read(text, now=NOW) == datetime.fromisoformat(CERTAIN[text]).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", UNCERTAIN)
def test_uncertain(text):
    assert dates.read(text, now=NOW) is None


def test_a_naive_time_takes_the_zone_that_is_handed_in_and_an_unknown_one_does_not():
    local = timedelta(hours=3)
    assert dates.read("2026-03-02 10:00", now=NOW, offset=local) == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert dates.read("2 Mar 2026 10:00 IST", now=NOW, offset=local) is None


@pytest.mark.parametrize(
    ("year", "new_year"),
    [
        (1370, (1991, 3, 21)),
        (1375, (1996, 3, 20)),
        (1399, (2020, 3, 20)),
        (1400, (2021, 3, 21)),
        (1403, (2024, 3, 20)),
        (1405, (2026, 3, 21)),
        (1408, (2029, 3, 20)),
    ],
)
def test_nowruz_falls_where_it_falls(year, new_year):
    assert dates._jalali(year, 1, 1) == date(*new_year)
