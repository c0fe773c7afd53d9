"""Cases made by hand: what a laptop is like, as values."""

from typing import Any

from cvpn_checks import ALL
from cvpn_doctor.diagnose import Judged, judge
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.observation import Observation
from cvpn_doctor.model.platform import Platform
from cvpn_doctor.model.profile import Profile, Remote, Transport
from cvpn_doctor.model.record import Record

ENDPOINT = "cvpn-endpoint-0123456789abcdef0.prod.clientvpn.us-east-1.amazonaws.com"
LINUX = Platform(os="linux", release="test", elevated=False)
BY_FACTS = {check.facts: check for check in ALL}


def profile(transport: Transport = "udp", port: int = 443, **fields: Any) -> Profile:
    remote = Remote(host=ENDPOINT, port=port, transport=transport, line=4)
    return Profile(name="work", remotes=(remote,), random_hostname=True, **fields)


def case(*facts: Record, of: Profile | None = None, **expected: Any) -> Case:
    """A case in which exactly these facts were observed."""
    observations: dict[str, Observation[Any]] = {
        BY_FACTS[type(one)].id: Observation(facts=one) for one in facts
    }
    return Case(LINUX, of or profile(), Expectation(**expected), observations)


def judged(kind: type[Record], made: Case) -> Judged:
    """What the check with these facts says of the case; a judgement must not crash."""
    result = judge(BY_FACTS[kind], made)
    assert "crashed" not in (result.reason or "")
    return result


def named(kind: type[Record], made: Case) -> dict[str, str]:
    """The codes that the check names, each with its certainty."""
    return {finding.code: finding.certainty for finding in judged(kind, made).findings}
