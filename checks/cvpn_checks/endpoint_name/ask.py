"""The questions about the endpoint's name, and to whom they are put."""

import re
from collections.abc import Iterable, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Literal

from cvpn_doctor.model.answers import DnsAnswer
from cvpn_doctor.model.check import CannotObserve, Look, Touch
from cvpn_doctor.model.facts import NameFacts
from cvpn_doctor.model.failure import Failure, Unsupported
from cvpn_doctor.model.network import HostsEntry, Resolver
from cvpn_doctor.model.profile import ENDPOINT_NAME, Profile

RESOLVERS_ASKED = 4  # more than any laptop's list; glibc reads three

QUESTION_SECONDS = 1.8

GRACE_SECONDS = 0.6  # for the resolvers beside the one that answered

NO_SUCH_ENDPOINT = "cvpn-endpoint-00000000000000000"


def plan(look: Look) -> Iterable[Touch]:
    """The questions, and whom they are put to."""
    if look.profile is None or look.profile.first is None:
        return
    zone = zone_of(look.profile)
    yield Touch(kind="file", what="the hosts file", why="an entry may override the endpoint")
    yield Touch(kind="system", what=f"<random>.{zone}", why="resolve as applications do")
    for resolver in _resolvers(look):
        yield Touch(
            kind="packet",
            what=f"{resolver.address} udp/{resolver.port}",
            why=f"DNS: {zone} with random labels and without, {parent_of(zone)}",
        )


def observe(look: Look) -> NameFacts:
    """Ask everything at once; each answer with who gave it."""
    if look.profile is None or look.profile.first is None:
        raise CannotObserve("not_found", "no profile that names an endpoint")
    zone = zone_of(look.profile)
    if _is_address(zone):
        return NameFacts(zone=zone, pinned=zone)
    names = _names(look, look.profile, zone)
    resolvers = _resolvers(look)
    answers = _ask(look, _questions(names, resolvers))
    return NameFacts(
        zone=zone,
        random=names["random"],
        second=names["second"],
        nonsense=names["nonsense"],
        control=names["control"],
        resolvers=resolvers,
        answers=answers,
        hosts_entries=_hosts_entries(look, (zone, look.profile.first.host)),
    )


def zone_of(profile: Profile) -> str:
    """The endpoint's name without a label in front; another host name as it stands."""
    host = profile.first.host.lower().removeprefix("*.") if profile.first else ""
    match = re.match(ENDPOINT_NAME, host)
    return match["zone"] if match else host


def parent_of(zone: str) -> str:
    """The domain that exists wherever the public name system can be reached."""
    tail = zone.rstrip(".").split(".")
    return ".".join(tail[-3:] if zone.endswith(".com.cn") else tail[-2:])


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _names(look: Look, profile: Profile, zone: str) -> dict[str, str]:
    label = look.host.random_label
    if re.match(ENDPOINT_NAME, zone):
        _, rest = zone.split(".", 1)
        nonsense = f"{label()}.{NO_SUCH_ENDPOINT}.{rest}"
        random, second = f"{label()}.{zone}", f"{label()}.{zone}"
    else:
        # A name outside AWS: the client puts a label in front only where it is told to.
        nonsense = f"{label()}.invalid"
        prefix = profile.random_hostname
        random, second = (f"{label()}.{zone}" if prefix else zone for _ in range(2))
    return {"random": random, "second": second, "nonsense": nonsense, "control": parent_of(zone)}


def _resolvers(look: Look) -> tuple[Resolver, ...]:
    try:
        configured = look.host.resolvers().resolvers
    except (Unsupported, OSError):
        return ()
    everything = [r for r in configured if not r.domains]
    return tuple(everything[:RESOLVERS_ASKED])


def _hosts_entries(look: Look, names: Sequence[str]) -> tuple[HostsEntry, ...]:
    try:
        entries = look.host.hosts_file()
    except (Unsupported, OSError):
        return ()
    wanted = {name.lower() for name in names}
    return tuple(e for e in entries if wanted & {name.lower() for name in e.names})


Question = tuple[str | None, str, Literal["A", "AAAA"]]  # server (None: the system), name, record


def _questions(names: dict[str, str], resolvers: Sequence[Resolver]) -> list[Question]:
    random = names["random"]
    _, bare = random.split(".", 1)
    questions: list[Question] = [(None, random, "A"), (None, random, "AAAA")]
    for resolver in resolvers:
        server = resolver.address
        questions += [(server, random, "A"), (server, random, "AAAA")]
        questions += [(server, n, "A") for n in (names["second"], bare)]
        questions += [(server, n, "A") for n in (names["nonsense"], names["control"])]
    return list(dict.fromkeys(questions))


def _ask(look: Look, questions: Sequence[Question]) -> tuple[DnsAnswer, ...]:
    """All at once. Once the applications' own way has an answer, stragglers are not waited for."""
    batch = look.ask([partial(_put, look, question) for question in questions])
    early = batch.wait(GRACE_SECONDS)
    resolved = any(isinstance(a, DnsAnswer) and a.server is None and a.addresses for a in early)
    if resolved:  # but never without the control that unmasks a forger
        batch.wait(GRACE_SECONDS, lambda answers: _controlled(questions, answers))
    answers = batch.results(0 if resolved else None)
    return tuple(
        answer
        if isinstance(answer, DnsAnswer)
        else DnsAnswer(server=server, name=name, record=record, failure=answer)
        for (server, name, record), answer in zip(questions, answers, strict=True)
    )


def _controlled(
    questions: Sequence[Question], answers: Sequence[DnsAnswer | Failure | None]
) -> bool:
    """A resolver has answered for the endpoint that cannot exist."""
    return any(
        isinstance(answer, DnsAnswer) and (NO_SUCH_ENDPOINT in name or name.endswith(".invalid"))
        for (_, name, _), answer in zip(questions, answers, strict=True)
    )


def _put(look: Look, question: Question) -> DnsAnswer:
    server, name, record = question
    if server is None:
        return look.host.lookup(name, record, QUESTION_SECONDS)
    return look.host.ask_dns(server, name, record, QUESTION_SECONDS)
