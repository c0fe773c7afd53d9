"""Which parts of a client certificate a profile has, inline, as files, or in a system's store."""

from dataclasses import dataclass

from cvpn_doctor.profile.parsed import ParsedProfile

# Each alone stands for a certificate together with its key (openvpn(8)).
_BOTH = ("pkcs12", "cryptoapicert", "pkcs11-id", "pkcs11-id-management")
_CERTIFICATE = ("cert", "management-external-cert")
_KEY = ("key", "management-external-key")
_USER = ("auth-user-pass", "auth-federate")


@dataclass(frozen=True, slots=True)
class CertificateParts:
    """Whether certificate and key are named, and the line of the one that stands alone."""

    certificate: bool
    key: bool
    line: int | None

    @property
    def complete(self) -> bool:
        """A client could sign in with it."""
        return self.certificate and self.key


def certificate_parts(parsed: ParsedProfile) -> CertificateParts:
    """What the profile has; an empty block counts as absent, `[inline]` as its block."""
    both = _line(parsed, _BOTH)
    certificate, key = _line(parsed, _CERTIFICATE), _line(parsed, _KEY)
    return CertificateParts(
        certificate=both is not None or certificate is not None,
        key=both is not None or key is not None,
        line=both or certificate or key,
    )


def asks_for_user(parsed: ParsedProfile) -> bool:
    """The profile signs in a user, by password or by SAML."""
    return parsed.mentions(*_USER)


def _line(parsed: ParsedProfile, names: tuple[str, ...]) -> int | None:
    named = [d.line for d in parsed.named(*names) if d.values[:1] != ("[inline]",)]
    blocks = [b.line for b in parsed.blocks_named(*names) if b.text.strip()]
    return min((*named, *blocks), default=None)
