"""Profiles as AWS exports them (reference, section 1.4), and ways to change them."""

from pathlib import Path

from cvpn_doctor.profile import ParsedProfile, parse

ENDPOINT = "cvpn-endpoint-0123456789abcdef0"
HOST = f"{ENDPOINT}.prod.clientvpn.ap-northeast-1.amazonaws.com"
SECRET = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"
CERTIFICATE = f"-----BEGIN CERTIFICATE-----\n{SECRET}\n-----END CERTIFICATE-----\n"
KEY = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
PATH = Path("/home/someone/Corp VPN.ovpn")

BASE = f"""client
dev tun
proto udp
remote {HOST} 443
remote-random-hostname
resolv-retry infinite
nobind
remote-cert-tls server
cipher AES-256-GCM
verb 3

<ca>
{CERTIFICATE}</ca>

reneg-sec 0

verify-x509-name server name
"""
PAIR = f"<cert>\nsubject=CN = someone\n{CERTIFICATE}</cert>\n<key>\n{KEY}</key>\n"
MUTUAL = BASE + PAIR
SAML = BASE + "auth-user-pass\nauth-federate\nauth-retry interact\nauth-nocache\n"
PASSWORD = BASE + "auth-user-pass\n"
MFA = PASSWORD + 'static-challenge "Enter MFA code " 1\n'

HEALTHY = {
    "mutual": MUTUAL,
    "saml": SAML,
    "password": PASSWORD,
    "password and MFA": MFA,
    "mutual and saml": SAML + PAIR,
    "mutual and password": MFA + PAIR,
    "older form": MUTUAL.replace(".prod.", "."),
    "TCP 1194": SAML.replace("proto udp", "proto tcp").replace(" 443", " 1194"),
    "own label in front": SAML.replace(HOST, f"asdf.{HOST}").replace(
        "remote-random-hostname\n", ""
    ),
    "CRLF": MUTUAL.replace("\n", "\r\n"),
    "GovCloud": SAML.replace("ap-northeast-1", "us-gov-west-1"),
}


def parsed(text: str) -> ParsedProfile:
    return parse(text.encode(), PATH)


def no_files(path: Path) -> bytes:
    raise FileNotFoundError(path)
