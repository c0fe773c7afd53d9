"""deep: what of the packet sizes is a finding."""

from typing import Any

import pytest
from cases import case, judged, named

from cvpn_doctor.model.deep import PathMtu
from cvpn_doctor.model.facts import DeepFacts

CODE = "path-mtu-too-small"


def path(largest: int | None, lost: int | None, bound: Any = None, **fields: Any) -> DeepFacts:
    return DeepFacts(
        path=PathMtu(
            address="203.0.113.10", port=443, largest=largest, lost=lost, bound=bound, **fields
        )
    )


@pytest.mark.parametrize(
    ("seen", "certainty"),
    [
        (path(1500, None), None),
        (path(1280, 1281, "told"), None),
        (path(1279, 1280, "told"), "proven"),
        (path(1200, 1201, "told"), "proven"),
        (path(1200, 1201, "here"), "proven"),
        (path(1200, 1240, "silent", silences=2, fragments_pass=True), "proven"),
        (path(1200, 1240, "silent", silences=2, fragments_pass=False), "possible"),
        (path(1200, 1240, "silent", silences=2), "possible"),
        (path(1200, 1240, "silent", silences=1), "possible"),
        (path(576, 1000, "silent", silences=2, fragments_pass=False), "proven"),
        (path(1200, 1300, "silent", silences=2, fragments_pass=True), None),  # may be 1280
        (path(None, 576, "silent", silences=2), None),
        (DeepFacts(), None),
    ],
)
def test_path_mtu(seen: DeepFacts, certainty: str | None) -> None:
    expected = {CODE: certainty} if certainty else {}
    assert named(DeepFacts, case(seen)) == expected


def test_what_an_old_server_may_cause_is_only_a_warning() -> None:
    seen = path(1000, 1200, "silent", silences=2, fragments_pass=False)
    assert [f.severity for f in judged(DeepFacts, case(seen)).findings] == ["low"]
    assert judged(DeepFacts, case(seen)).status == "warn"


def test_a_good_path_rules_it_out() -> None:
    assert [e.code for e in judged(DeepFacts, case(path(1500, None))).exclusions] == [CODE]
    assert judged(DeepFacts, case(path(1200, 1300, "silent"))).exclusions == ()
