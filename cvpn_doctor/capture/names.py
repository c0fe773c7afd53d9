"""Questions for the names of Client VPN endpoints, and what was answered."""

from typing import Final

import msgspec

from cvpn_doctor.capture.model import CaptureName

PORT: Final = 53
_LABEL: Final = b"\x09clientvpn"
_MOST: Final = 200
_LONGEST: Final = 4096


class Names:
    """Grows while the capture is read."""

    def __init__(self) -> None:
        self.seen: list[CaptureName] = []
        self.malformed = 0

    def datagram(self, server: str, data: bytes, at: float, *, answer: bool) -> None:
        """A packet to or from a name server; nothing happens for other names."""
        if _LABEL not in data[:_LONGEST].lower():
            return
        read = _read(data[:_LONGEST])
        if read is None:
            self.malformed += 1
            return
        name, rcode, addresses = read
        if not answer:
            self._asked(name, server, at)
        else:
            self._answered(name, server, at, rcode, addresses)

    def addresses(self) -> dict[str, str]:
        """Each address that an endpoint's name was answered with, and the name."""
        return {address: one.name for one in self.seen for address in one.addresses}

    def _asked(self, name: str, server: str, at: float) -> None:
        if len(self.seen) < _MOST:
            self.seen.append(CaptureName(name=name, server=server, asked=round(at, 6)))

    def _answered(
        self, name: str, server: str, at: float, rcode: str, addresses: tuple[str, ...]
    ) -> None:
        for number, one in enumerate(self.seen):
            if (one.name, one.server, one.answered) == (name, server, None):
                self.seen[number] = msgspec.structs.replace(
                    one, answered=round(at, 6), rcode=rcode, addresses=addresses
                )
                return
        if len(self.seen) < _MOST:
            at = round(at, 6)
            self.seen.append(
                CaptureName(
                    name=name,
                    server=server,
                    asked=at,
                    answered=at,
                    rcode=rcode,
                    addresses=addresses,
                )
            )


def _read(data: bytes) -> tuple[str, str, tuple[str, ...]] | None:
    """Name, result and addresses; None for what is no DNS message."""
    import dns.exception  # noqa: PLC0415 - costs 90 ms, and only captures with such names need it
    import dns.message  # noqa: PLC0415
    import dns.rcode  # noqa: PLC0415

    try:
        message = dns.message.from_wire(data, ignore_trailing=True, raise_on_truncation=False)
        name = message.question[0].name.to_text(omit_final_dot=True).lower()
        rcode = dns.rcode.to_text(message.rcode()).lower()
    except (dns.exception.DNSException, ValueError, IndexError):
        return None
    texts = [item.address for rrset in message.answer for item in rrset if hasattr(item, "address")]
    return name, rcode, tuple(texts[:16])
