"""The wire form of a DNS answer → what it says about the question asked.

A real answer, "no such name" for `nope.example.`, begins ``1f 2e 81 83 00 01 00 00 00 01 00 00``.
dnspython's `dns.message` does the reading; it costs some 90 ms to import, hence inside functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from cvpn_doctor.model.failure import Failure, FailureKind

if TYPE_CHECKING:
    from dns.message import Message

RecordType = Literal["A", "AAAA", "NS"]
PAYLOAD: Final = 1232  # DNS flag day 2020: fits every path without fragments
MAX_ALIASES: Final = 16

_RCODES: Final[dict[str, FailureKind]] = {
    "NXDOMAIN": "dns_nxdomain",
    "SERVFAIL": "dns_servfail",
    "REFUSED": "dns_refused",
}


class DnsReading(NamedTuple):
    """What an answer says."""

    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    failure: Failure | None = None
    authoritative: bool = False
    truncated: bool = False
    without_edns: bool = False  # the server does not know EDNS: ask again without


def question(name: str, record: str, *, edns: bool = True) -> Message | None:
    """The query. None: `name` cannot be a DNS name (a label too long, empty labels)."""
    import dns.exception  # noqa: PLC0415
    import dns.message  # noqa: PLC0415

    try:
        return dns.message.make_query(
            name, record, use_edns=0 if edns else False, payload=PAYLOAD if edns else None
        )
    except (dns.exception.DNSException, UnicodeError):
        return None


def read(query: Message, wire: bytes) -> DnsReading | None:
    """What `wire` answers to `query`. None: it does not answer it (forged, garbage, foreign)."""
    import dns.exception  # noqa: PLC0415
    import dns.flags  # noqa: PLC0415
    import dns.message  # noqa: PLC0415

    try:
        answer = dns.message.from_wire(wire, raise_on_truncation=False, ignore_trailing=True)
    except dns.message.Truncated:
        return None
    except Exception:
        return _cut(query, wire)
    if not query.is_response(answer) or not _same_question(query, answer):
        return None
    authoritative = bool(answer.flags & dns.flags.AA)
    if answer.flags & dns.flags.TC:
        return DnsReading(truncated=True, authoritative=authoritative)
    return _reading(query, answer, authoritative)


def _cut(query: Message, wire: bytes) -> DnsReading | None:
    """An answer cut in the middle of a record still tells by its header that it was truncated."""
    is_cut = len(wire) >= 12 and wire[:2] == query.id.to_bytes(2, "big") and wire[2] & 0x82 == 0x82
    return DnsReading(truncated=True) if is_cut else None


def _same_question(query: Message, answer: Message) -> bool:
    """dnspython lets REFUSED and SERVFAIL pass without a question; so do real servers."""
    return not answer.question or answer.question == query.question


def _reading(query: Message, answer: Message, authoritative: bool) -> DnsReading:
    import dns.rcode  # noqa: PLC0415

    rcode = dns.rcode.to_text(answer.rcode())
    addresses, names, aliases = _records(query, answer)
    failure = None
    if rcode != "NOERROR":
        detail = "; ".join(error.to_text() for error in answer.extended_errors())
        failure = Failure(kind=_RCODES.get(rcode, "dns_other"), detail=detail or rcode)
    elif not addresses and not names:
        failure = Failure(kind="dns_no_data")
    return DnsReading(
        addresses=addresses,
        names=names,
        aliases=aliases,
        failure=failure,
        authoritative=authoritative,
        without_edns=rcode in ("FORMERR", "NOTIMP", "BADVERS") and query.edns >= 0,
    )


def _records(
    query: Message, answer: Message
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Addresses, name servers and the chain of aliases, followed inside the answer only."""
    import dns.rdataclass as rdataclass  # noqa: PLC0415, PLR0402
    import dns.rdatatype as rdatatype  # noqa: PLC0415, PLR0402

    asked = query.question[0]
    name, aliases = asked.name, list[str]()
    while len(aliases) < MAX_ALIASES:
        alias = answer.get_rrset(answer.answer, name, rdataclass.IN, rdatatype.CNAME)
        if alias is None:
            break
        name = alias[0].target
        aliases.append(name.to_text(omit_final_dot=True))
    found = answer.get_rrset(answer.answer, name, rdataclass.IN, asked.rdtype)
    if asked.rdtype == rdatatype.NS:
        # A parent's referral names the servers in the authority section.
        found = found or answer.get_rrset(answer.authority, name, rdataclass.IN, rdatatype.NS)
        servers = sorted(r.target.to_text(omit_final_dot=True) for r in found or ())
        return (), tuple(servers), tuple(aliases)
    return tuple(r.address for r in found or ()), (), tuple(aliases)
