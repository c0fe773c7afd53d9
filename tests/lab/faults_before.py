"""Faults in front of the tunnel: the laptop's network, names, the path to the endpoint."""

from __future__ import annotations

from tests.lab.fault import ANSWERED, BEFORE, LOCAL, NAME, RESOLVER, ROUTES, Fault, others
from tests.lab.lab import Lab
from tests.lab.services import Kind
from tests.lab.variant import (
    CLIENT_VPN_ZONE,
    ENDPOINT_ADDRESSES,
    ENDPOINT_NAME,
    ROUTER_ADDRESS,
    WEB_SERVER,
    Variant,
)

UDP = Variant(connected=False)
TCP = Variant(connected=False, transport="tcp")
_ENDPOINT = f"ip daddr {{ {', '.join(ENDPOINT_ADDRESSES)} }}"


def _home_forward(lab: Lab, rule: str) -> None:
    lab.space("home").nft(f"add rule inet lab forward {rule}")


def _silence_resolver(lab: Lab) -> None:
    lab.space("home").nft(
        "add rule inet lab input udp dport 53 drop\nadd rule inet lab input tcp dport 53 drop"
    )


def _answer_by_router(lab: Lab, *options: str) -> None:
    lab.start_home_dns(*options)
    lab.await_dns("home-dns")


def _raise_portal(lab: Lab) -> None:
    """Every web connection ends at the router, whatever its address; the rest goes nowhere."""
    lab.start_service("portal", "portal", "home", ROUTER_ADDRESS, 8080)
    lab.start_service("portal-tls", "portal-tls", "home", ROUTER_ADDRESS, 8443)
    _answer_by_router(lab, f"--host-record=portal.example,{ROUTER_ADDRESS}")
    redirect = "add rule ip lab_nat prerouting iifname lan0 tcp dport"
    lab.space("home").nft(
        f"{redirect} 80 dnat to {ROUTER_ADDRESS}:8080\n"
        f"{redirect} 443 dnat to {ROUTER_ADDRESS}:8443\n"
        "add rule inet lab forward iifname lan0 udp dport 53 accept\n"
        "add rule inet lab forward iifname lan0 tcp dport 53 accept\n"
        "add rule inet lab forward iifname lan0 drop"
    )


def _replace_server_by(lab: Lab, kind: Kind) -> None:
    lab.stop("server")
    lab.start_service("impostor", kind, "endpoint", "0.0.0.0", 443)


def _put_asterisk(lab: Lab) -> None:
    lab.profile.write_text(lab.render_profile(host=f"*.{ENDPOINT_NAME}"))


def _path(name: str, sentence: str, code: str, rule: str, variant: Variant = UDP) -> Fault:
    """A fault of the router's packet filter."""
    return Fault(
        name=name,
        sentence=sentence,
        code=code,
        inject=lambda lab: _home_forward(lab, rule),
        variant=variant,
        forbid=others(code, BEFORE, ROUTES),
    )


_LOCAL_FAULTS = (
    Fault(
        name="no-default-route",
        sentence="The laptop has an address but no default route.",
        code="network-down",
        inject=lambda lab: lab.space("laptop").ip("route del default"),
        variant=UDP,
        forbid=others("network-down", LOCAL, NAME, ANSWERED, ROUTES),
    ),
    Fault(
        name="wan-down",
        sentence="The router answers, but its own line to the internet is down.",
        code="internet-unreachable",
        inject=lambda lab: lab.space("home").ip("link set wan0 down"),
        variant=UDP,
        forbid=others("internet-unreachable", LOCAL, NAME, ANSWERED, ROUTES),
    ),
    Fault(
        name="captive-portal",
        sentence="The router sends every web connection to a sign-in page and drops the rest.",
        code="captive-portal",
        inject=_raise_portal,
        variant=UDP,
        forbid=others("captive-portal", LOCAL, NAME, RESOLVER, ANSWERED, ROUTES),
    ),
)

_NAME_FAULTS = (
    Fault(
        name="name-unknown",
        sentence="The endpoint's name does not exist anywhere; other names resolve.",
        code="endpoint-name-unknown",
        inject=lambda lab: lab.write_zone(endpoint=False),
        variant=UDP,
        forbid=others("endpoint-name-unknown", BEFORE, ROUTES),
    ),
    Fault(
        name="resolver-dead",
        sentence="The router's name server says nothing; everything else works.",
        code="resolver-unreachable",
        inject=_silence_resolver,
        variant=UDP,
        forbid=others("resolver-unreachable", BEFORE, ROUTES),
    ),
    Fault(
        name="resolver-closed",
        sentence="No name server runs on the router: it refuses the question at once.",
        code="resolver-unreachable",
        inject=lambda lab: lab.stop("home-dns"),
        variant=UDP,
        forbid=others("resolver-unreachable", BEFORE, ROUTES),
    ),
    Fault(
        name="name-hijacked",
        sentence="The router's name server gives one and the same address for every name.",
        code="endpoint-name-hijacked",
        inject=lambda lab: _answer_by_router(lab, f"--address=/#/{WEB_SERVER}"),
        variant=UDP,
        forbid=others("endpoint-name-hijacked", BEFORE, ROUTES),
    ),
    Fault(
        name="name-sinkholed",
        sentence="The router's name server gives 0.0.0.0 for the names of Client VPN only.",
        code="endpoint-name-hijacked",
        inject=lambda lab: _answer_by_router(lab, f"--address=/{CLIENT_VPN_ZONE}/0.0.0.0"),
        variant=UDP,
        forbid=others("endpoint-name-hijacked", BEFORE, ROUTES),
    ),
    Fault(
        name="asterisk-literal",
        sentence="The profile's remote still begins with the asterisk of the console.",
        code="profile-asterisk-literal",
        inject=_put_asterisk,
        variant=UDP,
        forbid=others("profile-asterisk-literal", LOCAL, RESOLVER, NAME, ANSWERED, ROUTES),
    ),
)

_PATH_FAULTS = (
    _path(
        "udp-dropped",
        "The router drops UDP 443 to anywhere; TCP passes.",
        "endpoint-udp-blocked",
        "udp dport 443 drop",
    ),
    _path(
        "udp-rejected",
        "The router refuses UDP 443 to anywhere with 'administratively prohibited'.",
        "endpoint-udp-blocked",
        "udp dport 443 reject with icmp type admin-prohibited",
    ),
    _path(
        "tcp-reset",
        "The router resets TCP 443 to anywhere, in the name of the endpoint.",
        "endpoint-tcp-blocked",
        "tcp dport 443 reject with tcp reset",
        TCP,
    ),
    _path(
        "tcp-dropped",
        "The router drops TCP 443 to the endpoint only; UDP passes.",
        "endpoint-tcp-blocked",
        f"{_ENDPOINT} tcp dport 443 drop",
        TCP,
    ),
    _path(
        "everything-dropped",
        "The router drops every packet to both addresses of the endpoint.",
        "endpoint-silent",
        f"{_ENDPOINT} drop",
    ),
    *(
        Fault(
            name=f"server-down-{variant.transport}",
            sentence=f"The endpoint's server is down; its address refuses {variant.transport}.",
            code="endpoint-refused",
            inject=lambda lab: lab.stop("server"),
            variant=variant,
            forbid=others("endpoint-refused", BEFORE, ROUTES),
        )
        for variant in (UDP, TCP)
    ),
    Fault(
        name="transport-changed",
        sentence="The profile says UDP 443, the endpoint answers on UDP 1194 only.",
        code="endpoint-transport-changed",
        inject=lambda lab: lab.serve(port=1194),
        variant=UDP,
        forbid=others("endpoint-transport-changed", BEFORE, ROUTES),
    ),
    Fault(
        name="transport-changed-to-tcp",
        sentence="The profile says UDP 443, the endpoint answers on TCP 443 only.",
        code="endpoint-transport-changed",
        inject=lambda lab: lab.serve(transport="tcp"),
        variant=UDP,
        forbid=others("endpoint-transport-changed", BEFORE, ROUTES),
    ),
    Fault(
        name="not-openvpn",
        sentence="A web server answers on the endpoint's TCP 443.",
        code="endpoint-not-openvpn",
        inject=lambda lab: _replace_server_by(lab, "web"),
        variant=TCP,
        forbid=others("endpoint-not-openvpn", BEFORE, ROUTES),
    ),
    Fault(
        name="not-openvpn-tls",
        sentence="A TLS web server answers on the endpoint's TCP 443.",
        code="endpoint-not-openvpn",
        inject=lambda lab: _replace_server_by(lab, "https"),
        variant=TCP,
        forbid=others("endpoint-not-openvpn", BEFORE, ROUTES),
    ),
)

FAULTS = (*_LOCAL_FAULTS, *_NAME_FAULTS, *_PATH_FAULTS)
