"""Who shows a certificate in the endpoint's place: an inspecting proxy, or just another server?"""

import re
from collections.abc import Iterator, Sequence

from cvpn_checks.server_certificate import problems
from cvpn_doctor.model.answers import TlsAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import NameFacts, ServerCertificateFacts
from cvpn_doctor.model.finding import Finding
from cvpn_doctor.model.handshake import Certificate

# Products that terminate TLS, as they name themselves in the certificates that they make, and the
# words that administrators put into the names of such authorities.
_PRODUCTS = re.compile(
    r"zscaler|palo ?alto|fortinet|fortigate|netskope|umbrella|blue ?coat|sophos|check ?point"
    r"|barracuda|watchguard|sonicwall|symantec web|forcepoint|websense|mcafee web|skyhigh"
    r"|squid|mitmproxy|kaspersky|eset|avast|bitdefender|iboss|cato networks|cloudflare gateway"
    r"|i-filter|digital arts|menlo|proxy|inspection|intercept|ssl ?decrypt|web ?gateway",
    re.IGNORECASE,
)


def judge(facts: ServerCertificateFacts, case: Case) -> Iterator[Finding]:
    """A certificate made for the endpoint's name can only be forged: the endpoint speaks no TLS."""
    shown, names = facts.impostor, case.facts(NameFacts)
    if shown is None or shown.failure is not None or names is None:
        return
    forged = any(_covers(name, names.random or names.zone) for name in shown.names)
    product = _PRODUCTS.search(f"{shown.issuer} {shown.subject}")
    if not forged and product is None:
        return
    yield problems.INTERCEPTED.found(
        problems.ID,
        cite(problems.ID, facts, "impostor", "issuer"),
        cite(problems.ID, facts, "impostor", "names"),
        how="forged-name" if forged else "issuer",
        product=product[0] if product else "",
        issuer=_issuer(shown),
    ).but(certainty="proven" if forged else "likely")


def _issuer(shown: TlsAnswer) -> str:
    return shown.issuer or ""


def _covers(pattern: str, name: str) -> bool:
    """RFC 6125: a wildcard stands for one label."""
    if pattern.startswith("*."):
        return pattern[2:].lower() == name.lower().partition(".")[2]
    return pattern.lower() == name.lower()


def inspecting_product(chain: Sequence[Certificate]) -> str | None:
    """The product or word that names an issuer of this chain as an inspecting proxy."""
    for certificate in chain:
        match = _PRODUCTS.search(certificate.issuer)
        if match:
            return match[0]
    return None
