"""OpenSSL's verdict on a chain: its number, its name, and which certificate it is about."""

from collections.abc import Sequence
from typing import Final

from cvpn_doctor.model.handshake import Certificate, Verification

LEAF: Final = frozenset({18, 21, 26})  # codes that are always about the server's own certificate

_NAMES: Final = {  # x509_vfy.h: X509_V_ERR_*, lower case
    0: "ok",
    2: "unable_to_get_issuer_cert",
    4: "unable_to_decrypt_cert_signature",
    6: "unable_to_decode_issuer_public_key",
    7: "cert_signature_failure",
    9: "cert_not_yet_valid",
    10: "cert_has_expired",
    13: "error_in_cert_not_before_field",
    14: "error_in_cert_not_after_field",
    17: "out_of_mem",
    18: "depth_zero_self_signed_cert",
    19: "self_signed_cert_in_chain",
    20: "unable_to_get_issuer_cert_locally",
    21: "unable_to_verify_leaf_signature",
    22: "cert_chain_too_long",
    23: "cert_revoked",
    24: "invalid_ca",
    25: "path_length_exceeded",
    26: "invalid_purpose",
    27: "cert_untrusted",
    28: "cert_rejected",
    32: "keyusage_no_certsign",
    34: "unhandled_critical_extension",
    66: "ee_key_too_small",
    67: "ca_key_too_small",
    68: "ca_md_too_weak",
    79: "invalid_ca",
}


def name_of(code: int) -> str:
    """The name of an OpenSSL verify code."""
    return _NAMES.get(code, f"code_{code}")


def verification(code: int, chain: Sequence[Certificate], now: str) -> Verification:
    """The verdict with its depth where that can be told. `now`: RFC 3339, UTC, whole seconds.

    Python does not hand the depth out. OpenSSL judges from the root down, so of several wrong
    dates it names the one nearest to the root; a CA that was not sent is not looked at here.
    """
    return Verification(code=code, name=name_of(code), depth=_depth(code, chain, now))


def _depth(code: int, chain: Sequence[Certificate], now: str) -> int | None:
    numbered = list(enumerate(chain))
    match code:
        case _ if code in LEAF:
            return 0
        case 9:
            return max((i for i, one in numbered if one.not_before > now), default=None)
        case 10:
            return max((i for i, one in numbered if one.not_after < now), default=None)
        case 19:
            return max((i for i, one in numbered if one.self_signed), default=None)
        case 2 | 20:
            return len(chain) - 1 if chain else None
    return None
