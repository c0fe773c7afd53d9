"""Whatever bytes come: a value, never an exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.parse import (
    address,
    assignments,
    dns_answer,
    dpkg_status,
    hosts,
    http_response,
    interface_kind,
    logind_session,
    netlink,
    nsswitch,
    openvpn_log_option,
    os_release,
    proc_net_tcp,
    process,
    proxy_url,
    resolv_conf,
    rtnetlink_link,
    rtnetlink_route,
    rtnetlink_rule,
    sock_extended_err,
    systemd_resolved,
)

QUERY = dns.message.make_query("a.example.", "A")

OF_BYTES: dict[str, Callable[[bytes], Any]] = {
    "address": address.address_text,
    "messages": lambda data: list(netlink.messages(data)),
    "attributes": lambda data: netlink.attributes(data, 0),
    "error_number": netlink.error_number,
    "route": lambda data: rtnetlink_route.routes_of(data, {}),
    "rule": rtnetlink_rule.rule_of,
    "link": rtnetlink_link.link_of,
    "interface address": rtnetlink_link.address_of,
    "neighbour": rtnetlink_link.neighbour_of,
    "icmp": sock_extended_err.icmp_of,
    "dpkg": lambda data: dpkg_status.version_of(data, "openvpn"),
    "http": http_response.head,
    "may be http": http_response.may_be_http,
    "body": lambda data: http_response.body_kind(data, http_response.Head(200, {}, 0)),
    "chunk": lambda data: http_response.body_kind(
        data, http_response.Head(200, {"transfer-encoding": "chunked"}, 0)
    ),
    "dns": lambda data: dns_answer.read(QUERY, data),
    "dns with our id": lambda data: dns_answer.read(QUERY, QUERY.id.to_bytes(2, "big") + data),
    "arguments": process.arguments,
}
OF_TEXT: dict[str, Callable[[str], Any]] = {
    "resolv.conf": resolv_conf.parse,
    "resolv.conf line": lambda text: resolv_conf.parse(f"nameserver {text}"),
    "nsswitch": lambda text: nsswitch.host_sources(f"hosts: {text}"),
    "hosts": hosts.parse,
    "assignments": assignments.parse,
    "os-release": os_release.release,
    "server": systemd_resolved.server,
    "link state": lambda text: (
        systemd_resolved.link_state(f"SERVERS={text}\nDOMAINS={text}").only_for
    ),
    "resolvectl": lambda text: systemd_resolved.resolvectl(text, text),
    "listening": proc_net_tcp.listening,
    "stat": process.name_and_state,
    "log option": openvpn_log_option.log_path,
    "proxy": proxy_url.environment_proxy,
    "session": logind_session.session,
    "location": http_response.location,
    "date": http_response.rfc3339,
    "dns name": lambda text: dns_answer.question(text, "A"),
}


@pytest.mark.parametrize("name", OF_BYTES)
@given(data=st.binary(max_size=200))
def test_bytes(name: str, data: bytes) -> None:
    OF_BYTES[name](data)


@pytest.mark.parametrize("name", OF_TEXT)
@given(text=st.text(max_size=100) | st.text(alphabet="0123456789.:[]%#= ~/@\n-x", max_size=60))
def test_text(name: str, text: str) -> None:
    OF_TEXT[name](text)


HEADER = st.tuples(*[st.sampled_from([0, 1, 2, 10, 16, 24, 32, 64, 254])] * 8).map(bytes)
ATTRIBUTE = st.tuples(st.integers(0, 35), st.binary(max_size=24)).map(
    lambda a: (
        (4 + len(a[1])).to_bytes(2, "little")
        + a[0].to_bytes(2, "little")
        + a[1]
        + bytes(-len(a[1]) % 4)
    )
)


@given(HEADER, st.lists(ATTRIBUTE, max_size=6).map(b"".join))
def test_half_right_netlink(header: bytes, tail: bytes) -> None:
    body = header + bytes(4) + tail
    rtnetlink_route.routes_of(body, {1: "lo"})
    rtnetlink_rule.rule_of(body)
    link = rtnetlink_link.link_of(header + header + tail)
    if link is not None:
        interface_kind.kinds([link], [])
    rtnetlink_link.address_of(header + tail)
    rtnetlink_link.neighbour_of(body)


def test_adversarial_lines_are_quick() -> None:
    for size in (10_000, 1_000_000):
        openvpn_log_option.log_path("<a>" * (size // 100) + "log \t" * (size // 100))
        systemd_resolved.server("[" + "f:" * (size // 100))
        process.name_and_state("1 (" + ")" * (size // 100))
