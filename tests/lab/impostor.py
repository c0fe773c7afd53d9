"""Something that stands where the endpoint should be.

`python -m tests.lab.impostor KIND PORT [NAME]`, KIND being one of

mute-udp, mute-tcp  answers OpenVPN's hard reset and nothing after it
proxy               an inspecting TLS proxy: shows a certificate made for the endpoint's own name
"""

from __future__ import annotations

import datetime
import secrets
import socket
import ssl
import sys
import tempfile
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.lab.variant import ENDPOINT_ADDRESSES

# openvpn, src/openvpn/ssl_pkt.h: opcode << 3; one ack of packet 0 with the client's session id.
HARD_RESET_CLIENT_V2 = 0x38
HARD_RESET_SERVER_V2 = 0x40


def reply_to(packet: bytes, session: bytes) -> bytes:
    """The server's hard reset for a client's; nothing for any other packet."""
    if len(packet) < 14 or packet[0] & 0xF8 != HARD_RESET_CLIENT_V2:
        return b""
    return bytes([HARD_RESET_SERVER_V2]) + session + b"\x01" + bytes(4) + packet[1:9] + bytes(4)


def mute_udp(port: int) -> None:
    """Serve for ever, a socket for each address: an answer leaves by the one that was asked."""
    others = [
        threading.Thread(target=_mute_udp, args=(address, port), daemon=True)
        for address in ENDPOINT_ADDRESSES[1:]
    ]
    for other in others:
        other.start()
    _mute_udp(ENDPOINT_ADDRESSES[0], port)


def _mute_udp(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        session = secrets.token_bytes(8)
        while True:
            data, client = sock.recvfrom(2048)
            answer = reply_to(data, session)
            if answer:
                sock.sendto(answer, client)


def mute_tcp(port: int) -> None:
    """Serve one connection after the other; each is held open until it ends."""
    with socket.create_server(("0.0.0.0", port)) as listener:
        kept = []
        while True:
            connection, _ = listener.accept()
            connection.settimeout(1)
            try:
                data = connection.recv(2048)
            except TimeoutError:
                connection.close()
                continue
            answer = reply_to(data[2:], secrets.token_bytes(8))
            if answer:
                connection.sendall(len(answer).to_bytes(2, "big") + answer)
            kept.append(connection)


def proxy(port: int, name: str) -> None:
    """Finish TLS with whoever asks, under the endpoint's name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_forged(name))
    with socket.create_server(("0.0.0.0", port)) as listener:
        while True:
            connection, _ = listener.accept()
            connection.settimeout(2)
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()


def _forged(name: str) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = datetime.datetime.now(datetime.UTC)
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example Corp Root")])
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"*.{name}")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = Path(tempfile.mkstemp(prefix="forged-", suffix=".pem")[1])
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem


if __name__ == "__main__":
    kind, number, *rest = sys.argv[1:]
    if kind == "proxy":
        proxy(int(number), *rest)
    {"mute-udp": mute_udp, "mute-tcp": mute_tcp}[kind](int(number))
