"""The name leads somewhere: to the endpoint, or elsewhere? Never said of what speaks OpenVPN."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from cvpn_checks.endpoint_name.problems import HIJACKED, ID, OVERRIDDEN
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import NameFacts, PortsFacts, WitnessFacts
from cvpn_doctor.model.finding import Evidence, Finding

# Where no endpoint can be: "this host", loopback, private, shared (RFC 6598), link-local,
# multicast and reserved. Documentation ranges are left out on purpose: labs use them.
SINKHOLES = tuple(ip_network(n) for n in ("0.0.0.0/8", "127.0.0.0/8", "::/127", "240.0.0.0/4"))

PRIVATE = tuple(
    ip_network(n)
    for n in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "fe80::/10",
        "fc00::/7",
        "ff00::/8",
    )
)


def _speaks_openvpn(case: Case, addresses: Iterable[str]) -> bool:
    ports, witness = case.facts(PortsFacts), case.facts(WitnessFacts)
    answers = (ports.answers if ports else ()) + (witness.ports if witness else ())
    wanted = set(addresses)
    return any(a.outcome == "openvpn" and a.address in wanted for a in answers)


def forged(facts: NameFacts, case: Case) -> Finding | None:
    """The name leads elsewhere. Never said of an address that speaks OpenVPN."""
    if _speaks_openvpn(case, facts.addresses):
        return None
    return (
        _overridden(facts)
        or _answers_everything(facts)
        or _contradicted(facts, case)
        or _impossible_address(facts)
    )


def _overridden(facts: NameFacts) -> Finding | None:
    """The hosts file decides, for a name that is asked as it stands there."""
    for number, entry in enumerate(facts.hosts_entries):
        if facts.random in entry.names and entry.address in facts.addresses:
            return OVERRIDDEN.found(
                ID,
                cite(ID, facts, "hosts_entries", number, "address"),
                name=facts.random,
                address=entry.address,
                line=entry.line,
            )
    return None


def _answers_everything(facts: NameFacts) -> Finding | None:
    """A resolver that has an address for an endpoint that cannot exist makes answers up."""
    for number, answer in enumerate(facts.answers):
        same = set(answer.addresses) & set(facts.addresses)
        if answer.name == facts.nonsense and same:
            return _hijacked(
                facts,
                "answers-everything",
                cite(ID, facts, "answers", number, "addresses"),
                server=answer.server or "",
            )
    return None


def _contradicted(facts: NameFacts, case: Case) -> Finding | None:
    """A witness gives other addresses, and those speak OpenVPN (or these cannot be right)."""
    witness = case.facts(WitnessFacts)
    told = {a for answer in witness.answers for a in answer.addresses} if witness else set()
    if not told or told & set(facts.addresses):
        return None
    impossible = all(_is_private(a) or _is_sinkhole(a) for a in facts.addresses)
    if not impossible and not _speaks_openvpn(case, told):
        return None
    return _hijacked(facts, "contradicted", _cite_address(facts), truth=tuple(sorted(told)))


def _impossible_address(facts: NameFacts) -> Finding | None:
    """No endpoint is at a private address; nothing at all is at a sinkhole's."""
    if all(_is_sinkhole(a) for a in facts.addresses):
        return _hijacked(facts, "sinkhole", _cite_address(facts))
    if all(_is_private(a) or _is_sinkhole(a) for a in facts.addresses):
        return _hijacked(facts, "private-address", _cite_address(facts)).but(certainty="likely")
    return None


def _hijacked(
    facts: NameFacts, how: str, evidence: Evidence, **args: str | tuple[str, ...]
) -> Finding:
    return HIJACKED.found(
        ID,
        evidence,
        how=how,
        name=facts.random,
        addresses=facts.addresses[:4],
        **args,
    )


def _cite_address(facts: NameFacts) -> Evidence:
    number = next(n for n, answer in enumerate(facts.answers) if answer.addresses)
    return cite(ID, facts, "answers", number, "addresses")


def _is_sinkhole(address: str) -> bool:
    parsed = ip_address(address)
    return any(parsed.version == n.version and parsed in n for n in SINKHOLES)


def _is_private(address: str) -> bool:
    parsed = ip_address(address)
    return any(parsed.version == n.version and parsed in n for n in PRIVATE)
