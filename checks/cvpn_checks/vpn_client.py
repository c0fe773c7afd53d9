"""Is AWS' VPN client able to work: does its service run, and does it have its profiles?

The client's window talks to a service that builds the tunnel; without it nothing connects (mode
59). Version 6 keeps profiles in a place of its own and does not take over those of version 5, so
they seem to be gone after the update (mode 60). From version 6 on the client's own command line
is asked; it lists and changes nothing. Where no AWS client is installed, nothing is said.
"""

from collections.abc import Iterable

from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import VpnClientFacts
from cvpn_doctor.model.failure import Failure, Unsupported
from cvpn_doctor.model.finding import Evidence, Exclusion, Finding, Problem, Severity, Stage
from cvpn_doctor.routing.connection import connected

ID = "vpn_client"
_ABLE = ("openvpn", "openvpn-connect", "tunnelblick", "networkmanager")  # use AWS' profiles too

SERVICE_STOPPED = Problem(
    code="vpn-client-service-stopped",
    stage=Stage.LAPTOP,
    severity="high",
    actor="helpdesk",
    neighbours=("vpn-client-profiles-lost", "local-firewall-blocks"),
)
PROFILES_LOST = Problem(
    code="vpn-client-profiles-lost",
    stage=Stage.LAPTOP,
    severity="high",
    actor="user",
    neighbours=("vpn-client-service-stopped",),
)


def plan(_look: Look) -> Iterable[Touch]:
    """The client's own command line, where there is one."""
    yield Touch(
        kind="command",
        what="/opt/awsvpnclient/aws-vpn-client list-profiles, list-connections,"
        " get-connection-status --show-details",
        why="only where it is installed: what AWS' client says of itself",
    )


def observe(look: Look) -> VpnClientFacts:
    """The installed clients, and AWS' own state; each is asked even if the other cannot be."""
    clients = look.host.vpn_clients()
    aws: AwsClientState | None = None
    failure: Failure | None = None
    try:
        aws = look.host.aws_client()
    except Unsupported as error:
        failure = Failure(kind="unsupported_platform", detail=str(error))
    return VpnClientFacts(clients=clients, aws=aws, aws_failure=failure)


def judge(facts: VpnClientFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """What is proven of an AWS client that is installed; a warning where others can do its work."""
    number = _installed(facts)
    if number is None:
        return
    severity = _severity(facts, case)
    stopped = _stopped(facts, number)
    if stopped:
        version = facts.clients[number].version or ""
        yield SERVICE_STOPPED.found(ID, *stopped, version=version).but(severity=severity)
    elif facts.aws is not None and facts.aws.daemon == "answers":
        yield Exclusion(code=SERVICE_STOPPED.code, because="the client's service answers")
    yield from _profiles(facts, severity)


def _installed(facts: VpnClientFacts) -> int | None:
    """The AWS client among the clients: a folder that an uninstall left behind is none."""
    for number, client in enumerate(facts.clients):
        if client.product == "aws" and (client.version is not None or facts.aws is not None):
            return number
    return None


def _severity(facts: VpnClientFacts, case: Case) -> Severity:
    """Low where the user has a tunnel all the same, or another client for this profile."""
    saml = case.profile is not None and "saml" in case.profile.auth  # AWS' own client only
    others = any(client.product in _ABLE for client in facts.clients)
    return "low" if connected(case) or (others and not saml) else "high"


def _stopped(facts: VpnClientFacts, number: int) -> tuple[Evidence, ...]:
    """The proof that the service does not run; empty where there is none, or a contradiction."""
    runs = facts.clients[number].service_running
    daemon = facts.aws.daemon if facts.aws else "unknown"
    evidence = []
    if runs is False:
        evidence.append(cite(ID, facts, "clients", number, "service_running"))
    if daemon == "silent":
        evidence.append(cite(ID, facts, "aws", "daemon"))
    contradicted = daemon == "answers" or runs is True
    return () if contradicted else tuple(evidence)


def _profiles(facts: VpnClientFacts, severity: Severity) -> Iterable[Finding | Exclusion]:
    aws = facts.aws
    if aws is None or aws.profiles is None:
        return
    if aws.profiles:
        because = f"the client lists {len(aws.profiles)}"
        yield Exclusion(code=PROFILES_LOST.code, because=because)
    elif aws.old_profiles:
        yield PROFILES_LOST.found(
            ID, cite(ID, facts, "aws", "old_profiles"), count=aws.old_profiles
        ).but(severity=severity)


def applies(facts: VpnClientFacts, _case: Case) -> str | None:
    """Nothing to say of a client that is not there."""
    return None if _installed(facts) is not None else "the AWS VPN client is not installed"


CHECK = Check(
    id=ID,
    title="AWS' VPN client",
    facts=VpnClientFacts,
    problems=(SERVICE_STOPPED, PROFILES_LOST),
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=2.4,
)
