"""Time stamps: what is certain becomes ISO text, what is not becomes nothing."""

from __future__ import annotations

import pytest

from cvpn_doctor.openvpn.log import read_attempts
from cvpn_doctor.openvpn.log_time import Stamp, read_stamp

NOON = "2026-08-05T12:34:56"


@pytest.mark.parametrize(
    "prefix",
    [
        "2026-08-05 12:34:56 ",
        "2026-08-05 12:34:56 us=78000 ",
        "2026-08-05 12:34:56.188552 ",
        "2026-08-05T12:34:56.123+09:00 [INF] ",
        "2026-08-05T12:34:56+0900 laptop nm-openvpn[20274]: ",
        "2026/08/05 12:34:56 INFO openvpn: ",
        "2026年8月5日 12:34:56 ",
        "Wed Aug  5 12:34:56 2026 ",
        "Wed Aug  5 12:34:56 2026 us=274574 ",
        "WRRWed Aug  5 12:34:56 2026 ",
        "mer. août 5 12:34:56 2026 ",
        "水 8月  5 12:34:56 2026 ",
        "수  8월  5 12:34:56 2026 ",
        "Mi 5. Aug 2026 12:34:56 ",
        "[Aug 5, 2026, 12:34:56] ",
        "⏎[Aug 5, 2026, 12:34:56 PM] ",
        "05.08.2026 12:34:56 ",
        "Wed 2026-08-05 12:34:56 CEST laptop openvpn[7]: ",
    ],
)
def test_certain(prefix: str) -> None:
    assert read_stamp(prefix) == Stamp(NOON, "local")
    (attempt,) = read_attempts(f"{prefix}UDPv4 link remote: [AF_INET]203.0.113.10:443").attempts
    assert (attempt.started, attempt.started_in) == (NOON, "local")
    assert attempt.remote == "203.0.113.10:443"


@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        ("1/18/2021, 4:48:23 PM ", "2021-01-18T16:48:23"),
        ("18/01/2021, 12:48:23 am ", "2021-01-18T00:48:23"),
    ],
)
def test_by_the_day_above_twelve(prefix: str, text: str) -> None:
    assert read_stamp(prefix) == Stamp(text, "local")


@pytest.mark.parametrize(
    "text",
    [
        ">LOG:1784222495,,PUSH: x",
        ">STATE:1784222495,WAIT,,,,,,",
        "1784222495,I,OpenVPN 2.6",
        "1784222495.961401 22000003 SENT CONTROL",
        "2026-07-16T17:21:35Z x",
    ],
)
def test_epoch(text: str) -> None:
    assert read_stamp(text) == Stamp("2026-07-16T17:21:35", "utc")


@pytest.mark.parametrize(
    "prefix",
    [
        "Jan 24 16:38:31 laptop ovpn[4697]: ",  # no year
        "10/07/2021 15:50:40 ",  # July or October
        "22:10:06.873 -- ",
        "۰۷:۳۸:۰۶.۵۸۲ -- ",
        "1404-05-14 12:34:56 ",  # Persian
        "2569-08-05 12:34:56 ",  # Buddhist
        "Wed Srp  5 12:34:56 2026 ",  # a month of no known language
        "2026-13-05 12:34:56 ",
        "2026-02-30 12:34:56 ",
        "2026-08-05 25:34:56 ",
        "Data Channel: ",
    ],
)
def test_uncertain(prefix: str) -> None:
    assert read_stamp(prefix) is None
    (attempt,) = read_attempts(f"{prefix}UDPv4 link remote: [AF_INET]203.0.113.10:443").attempts
    assert attempt.started is None
