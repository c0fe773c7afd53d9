"""From sessions to the facts that they brought home."""

from collections.abc import Sequence

import msgspec

from cvpn_doctor.model.handshake import HandshakeAnswer, HandshakeOutcome
from cvpn_doctor.openvpn.certificate import summarise_all
from cvpn_doctor.openvpn.control import Control
from cvpn_doctor.openvpn.verification import verification


def with_session(
    answer: HandshakeAnswer, told: Control, sessions: Sequence[Control], now: str
) -> HandshakeAnswer:
    """`answer` with what `told` has seen, and the sums of all. `now`: RFC 3339, UTC."""
    tls = told.tls
    chain, malformed = summarise_all(tls.chain)
    is_quiet = answer.outcome in ("silent", "closed")
    return msgspec.structs.replace(
        answer,
        stage=told.stage,
        silence=told.silence() if is_quiet else None,
        tls_version=tls.version,
        cipher=tls.cipher,
        chain=chain,
        malformed_certificates=malformed,
        verification=(
            None if tls.verify_code is None else verification(tls.verify_code, chain, now)
        ),
        certificate_requested=tls.requested if tls.sent_finished or tls.requested else None,
        accepted_issuers=tls.accepted_issuers,
        client_certificate=tls.client_certificate,
        alerts=tuple(tls.alerts),
        tls_error=tls.error,
        acked=tuple(p.size for p in told.flight if p.acked_at is not None),
        unacked=tuple(p.size for p in told.sender.unacked() if p.packet_id),
        held=len(told.receiver.held),
        sessions=len(sessions),
        resets=sum(one.sender.packets[0].sends for one in sessions if one.sender.packets),
        retransmissions=sum(one.sender.retransmissions for one in sessions),
        duplicates=sum(one.receiver.duplicates for one in sessions),
        out_of_order=sum(one.receiver.out_of_order for one in sessions),
        bogus=sum(one.bogus for one in sessions),
        round_trip=told.sender.packets[0].round_trip if told.sender.packets else None,
    )


def outcome_of(told: Control) -> HandshakeOutcome:
    """How a session ended. Only foreign datagrams: another protocol. Nothing: silent."""
    is_foreign = told.stage == "nothing" and told.bogus > 0
    return told.end or ("other_protocol" if is_foreign else "silent")
