"""identity_provider: which host it asks, from what the log tells; by a host made of values."""

from typing import Any

from cvpn_checks import identity_provider
from cvpn_doctor.engine import Run, observe
from cvpn_doctor.model.answers import DnsAnswer, TlsAnswer
from cvpn_doctor.model.check import Check
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.facts import ClientLogFacts, IdentityProviderFacts
from cvpn_doctor.model.push import LogAttempt


class Answers:
    """The two questions that the check asks, answered by values."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.greeted: list[tuple[str, str]] = []

    def lookup(self, name: str, record: Any, _timeout: float) -> DnsAnswer:
        return DnsAnswer(server=None, name=name, record=record, addresses=self.addresses)

    def tls_certificate(
        self, address: str, port: int, name: str, _timeout: float, _interface: str | None
    ) -> TlsAnswer:
        self.greeted.append((address, name))
        return TlsAnswer(address=address, port=port, server_name=name, subject="CN=page")


def looked(host: Answers, *hosts: str | None) -> Any:
    attempts = tuple(LogAttempt(identity_provider=name) for name in hosts)
    log = Check(
        id="client_log",
        title="",
        facts=ClientLogFacts,
        problems=(),
        observe=lambda _look: ClientLogFacts(attempts=attempts),
        judge=lambda _facts, _case: (),
        plan=lambda _look: (),
    )
    run = Run(
        host=host,  # type: ignore[arg-type]
        checks=(log, identity_provider.CHECK),
        profile=None,
        expectation=Expectation(),
    )
    return observe(run).observations["identity_provider"]


def test_the_last_page_that_the_log_tells_of_is_greeted() -> None:
    host = Answers("198.51.100.7")
    facts = looked(host, "old.example", "idp.example", None).facts
    assert isinstance(facts, IdentityProviderFacts)
    assert (facts.host, host.greeted) == ("idp.example", [("198.51.100.7", "idp.example")])


def test_a_page_that_cannot_be_looked_up_is_not_greeted() -> None:
    host = Answers()
    facts = looked(host, "idp.example").facts
    assert (facts.page, host.greeted) == (None, [])


def test_without_a_page_nothing_is_asked() -> None:
    observation = looked(Answers("198.51.100.7"), None)
    assert observation.failure is not None
    assert observation.failure.kind == "not_applicable"
