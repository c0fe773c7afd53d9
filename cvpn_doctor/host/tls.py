"""What an ordinary TLS server calls itself: asked only where TLS answers in OpenVPN's place.

An inspecting proxy makes a certificate for whatever name it is asked for; a web server shows its
own. Nothing is verified and nothing is sent but the greeting.
"""

import ssl

import msgspec

from cvpn_doctor.host import tcp
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.model.answers import TlsAnswer
from cvpn_doctor.model.failure import Failure


def ask(
    address: str, port: int, server_name: str, timeout: float, interface: str | None = None
) -> TlsAnswer:
    """Shake hands with `server_name` as SNI; a network fault becomes a failure."""
    deadline = Deadline(timeout)
    answer = TlsAnswer(address=address, port=port, server_name=server_name)
    attempt = tcp.connect(address, port, deadline, interface)
    if attempt.sock is None:
        return _failed(answer, Failure(kind="timed_out", detail="no connection"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # whoever answers is to be described, not trusted
    context.verify_mode = ssl.CERT_NONE
    try:
        attempt.sock.settimeout(max(0.05, deadline.left()))
        with context.wrap_socket(attempt.sock, server_hostname=server_name) as wrapped:
            der = wrapped.getpeercert(binary_form=True)
    except (OSError, ValueError) as error:
        return _failed(answer, failure_of(error))
    finally:
        attempt.sock.close()
    return _described(answer, der) if der else answer


def _failed(answer: TlsAnswer, failure: Failure) -> TlsAnswer:
    return msgspec.structs.replace(answer, failure=failure)


def _described(answer: TlsAnswer, der: bytes) -> TlsAnswer:
    from cvpn_doctor.openvpn.certificate import alternative_names, summarise  # noqa: PLC0415 - 40 ms

    certificate = summarise(der)
    if certificate is None:
        return _failed(answer, Failure(kind="malformed", detail="certificate"))
    own = (certificate.common_name,) if certificate.common_name else ()
    return msgspec.structs.replace(
        answer,
        subject=certificate.subject,
        issuer=certificate.issuer,
        names=tuple(dict.fromkeys((*own, *alternative_names(der)))),
    )
