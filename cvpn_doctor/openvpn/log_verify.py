"""OpenSSL's words for a certificate that does not hold, and the code of each. Pure.

Source: openssl/crypto/x509/x509_txt.c (both spellings of "self-signed"), ssl/ssl_stat.c for the
alerts, openvpn/src/openvpn/ssl_verify.c, openvpn3/openvpn/error/error.hpp.
"""

from cvpn_doctor.model.push import LogCode, LogDetail

# What the client finds in the server's chain.
FAULTS: dict[str, LogCode] = {
    "certificate has expired": "server-certificate-expired",
    "certificate is not yet valid": "server-certificate-not-yet-valid",
    "unable to get local issuer certificate": "server-certificate-untrusted",
    "unable to get issuer certificate": "server-certificate-untrusted",
    "unable to verify the first certificate": "server-certificate-untrusted",
    "self-signed certificate": "server-certificate-untrusted",
    "self signed certificate": "server-certificate-untrusted",
    "self-signed certificate in certificate chain": "server-certificate-untrusted",
    "self signed certificate in certificate chain": "server-certificate-untrusted",
    "certificate signature failure": "server-certificate-untrusted",
    "certificate not trusted": "server-certificate-untrusted",
    "unsuitable certificate purpose": "server-certificate-wrong-usage",
    "unsupported certificate purpose": "server-certificate-wrong-usage",
}
# What the server finds in the client's: the alerts that it sends.
ALERTS: dict[str, LogDetail] = {
    "certificate expired": "alert_expired",
    "certificate revoked": "alert_revoked",
    "unknown ca": "alert_unknown_ca",
    "bad certificate": "alert_bad",
    "unsupported certificate": "alert_unsupported",
    "certificate unknown": "alert_unknown",
    "certificate required": "alert_required",
}
# The same as events of OpenVPN 3, which it makes of alerts that were received.
ALERT_EVENTS: dict[str, LogDetail] = {
    "TLS_ALERT_CERTIFICATE_EXPIRED": "alert_expired",
    "TLS_ALERT_CERTIFICATE_REVOKED": "alert_revoked",
    "TLS_ALERT_UNKNOWN_CA": "alert_unknown_ca",
    "TLS_ALERT_BAD_CERTIFICATE": "alert_bad",
    "TLS_ALERT_UNSUPPORTED_CERTIFICATE": "alert_unsupported",
    "TLS_ALERT_CERTIFICATE_REQUIRED": "alert_required",
}
