"""Is the host of the sign-in page there, where the client's log tells which it is?

With SAML the browser talks to the identity provider, not to AWS. Where its host cannot be looked
up or reached, the sign-in never finishes, and the VPN is not at fault (modes 44, 50). Only the
host's name is known, from the log; nothing of the sign-in itself is read or sent.
"""

from collections.abc import Iterable

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.facts import ClientLogFacts, IdentityProviderFacts
from cvpn_doctor.model.finding import Exclusion, Finding

ID = "identity_provider"
LOOKUP_SECONDS = 1.0
PAGE_SECONDS = 1.5
HTTPS = 443


def plan(look: Look) -> Iterable[Touch]:
    """The host is known only from the client's log."""
    if look.profile and "saml" in look.profile.auth:
        yield Touch(
            kind="packet",
            what=f"tcp/{HTTPS} of the sign-in page's host, where the client's log tells it",
            why="TLS greeting: is the page there",
        )


def observe(look: Look) -> IdentityProviderFacts:
    """Look the host up as a browser does, and greet it."""
    logs = look.facts(ClientLogFacts)
    hosts = [a.identity_provider for a in logs.attempts if a.identity_provider] if logs else []
    if not hosts:
        raise CannotObserve("not_applicable", "no log tells of a sign-in page")
    host = hosts[-1]
    name = look.host.lookup(host, "A", LOOKUP_SECONDS)
    page = None
    if name.addresses:
        page = look.host.tls_certificate(name.addresses[0], HTTPS, host, PAGE_SECONDS, None)
    return IdentityProviderFacts(host=host, name=name, page=page)


def judge(_facts: IdentityProviderFacts, _case: Case) -> Iterable[Finding | Exclusion]:
    """Facts for the helpdesk: what a sign-in page does is not a cause that the laptop can prove."""
    return ()


CHECK = Check(
    id=ID,
    title="The sign-in page",
    facts=IdentityProviderFacts,
    problems=(),
    observe=observe,
    judge=judge,
    plan=plan,
    needs=("client_log",),
    seconds=2.6,
    sends=True,
)
