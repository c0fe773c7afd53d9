"""Who answered the plain HTTP request: the witness itself, or somebody in its place?"""

from urllib.parse import urlsplit

from cvpn_doctor.model.answers import HttpAnswer
from cvpn_doctor.model.expectation import DEFAULT_WITNESS


def is_internet(answer: HttpAnswer, url: str) -> bool:
    """The witness answered as itself: AWS' echoes an address, another one needs no redirect."""
    if answer.failure or answer.status is None or answer.status >= 500:
        return False
    if url == DEFAULT_WITNESS:
        return answer.status == 200 and answer.body == "address"
    return not is_portal_like(answer, url)


def is_portal_like(answer: HttpAnswer, url: str) -> bool:
    """Sent to another host, told to sign in (RFC 6585), or given a page instead of an address."""
    if answer.status == 511:
        return True
    if answer.status in (301, 302, 303, 307, 308) and answer.location:
        return urlsplit(answer.location).hostname != urlsplit(url).hostname
    return url == DEFAULT_WITNESS and answer.status == 200 and answer.body == "html"


def answers_for_nobody(answer: HttpAnswer) -> bool:
    """Something speaks HTTP in the place of an address that nobody has."""
    sign_in = answer.status in (200, 301, 302, 303, 307, 308, 511)
    return answer.failure is None and sign_in
