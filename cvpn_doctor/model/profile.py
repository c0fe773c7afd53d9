"""An .ovpn profile as far as it may be known outside this process: never a key, never a secret."""

from typing import Literal

from cvpn_doctor.model.record import Record

Transport = Literal["udp", "tcp"]
AuthMethod = Literal["mutual", "saml", "password"]

# Regions and partitions as seen in exported profiles. The bare and the literal
# asterisk form are both accepted here; which one a profile holds is a finding of its own.
ENDPOINT_NAME = (
    r"^(?:(?P<label>\*|[a-z0-9_-]+)\.)?(?P<zone>(?P<id>cvpn-endpoint-[0-9a-z]{8,32})"
    r"\.(?:prod\.)?clientvpn\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d+)"
    r"\.amazonaws\.(?:com(?:\.cn)?|eu))\.?$"
)


class Remote(Record, frozen=True, kw_only=True):
    """One `remote` line, with the defaults of `port` and `proto` applied."""

    host: str
    port: int
    transport: Transport
    family: Literal["any", "ipv4", "ipv6"] = "any"
    line: int


class NameRule(Record, frozen=True, kw_only=True):
    """A `verify-x509-name`: what the server's certificate must be called."""

    value: str
    kind: Literal["name", "name-prefix", "subject"]


class LintIssue(Record, frozen=True, kw_only=True):
    """Something wrong in the profile itself, seen without any packet."""

    code: str  # a problem code of the contract
    line: int | None = None
    args: dict[str, str | int | float | bool | tuple[str, ...]] = {}


class Profile(Record, frozen=True, kw_only=True):
    """What a client would do with this file."""

    name: str  # the file's name without folder and ending
    endpoint_id: str | None = None
    region: str | None = None
    remotes: tuple[Remote, ...] = ()
    random_hostname: bool = False  # `remote-random-hostname` is present
    auth: tuple[AuthMethod, ...] = ()
    directives: tuple[str, ...] = ()  # the names of all directives present, sorted
    server_name: str | None = None  # of `verify-x509-name`, where it is the whole common name
    name_rule: NameRule | None = None
    pull_refused: tuple[str, ...] = ()  # `route-nopull`, `pull-filter ...` that refuse pushes
    issues: tuple[LintIssue, ...] = ()

    @property
    def first(self) -> Remote | None:
        """The remote that a client tries first."""
        return self.remotes[0] if self.remotes else None
