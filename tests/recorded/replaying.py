"""A laptop made by hand, looked at, recorded, and looked at again from its recording."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from cvpn_checks import ALL
from cvpn_doctor.diagnose import Diagnosis, diagnose
from cvpn_doctor.engine import Run, observe
from cvpn_doctor.host.recorded import RecordedHost, Recorder
from cvpn_doctor.host.recording_file import read_recording, to_json
from cvpn_doctor.host.shared import Shared
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.material import Material
from cvpn_doctor.model.network import RouteTable
from cvpn_doctor.model.observation import Observation
from cvpn_doctor.model.recording import Recording
from tests.recorded.laptop import STARTED, Laptop


@dataclass(frozen=True)
class Seen:
    """A case and its diagnosis."""

    case: Case
    diagnosis: Diagnosis

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(finding.code for finding in self.diagnosis.findings)


def record(laptop: Laptop) -> tuple[Seen, bytes]:
    """Looked at as if it were there, and written down."""
    laptop = laptop.but(labels=list(laptop.labels))
    recorder = Recorder(laptop)
    recording = Recording(
        version="test",
        started=STARTED,
        platform=recorder.platform(),
        profile=laptop.profile,
        expectation=laptop.expectation,
    )
    seen = look(recorder, recording)
    complete = msgspec.structs.replace(recording, questions=recorder.questions())
    return seen, to_json(complete)


def replay(data: bytes) -> Seen:
    """Looked at from its recording; no answer takes any time."""
    recording = read_recording(data)
    return look(RecordedHost(recording, pace=0), recording)


def look(host: Host, recording: Recording) -> Seen:
    shared = Shared(host)
    run = Run(
        host=shared,
        checks=ALL,
        profile=recording.profile,
        expectation=recording.expectation,
        material=Material(public=recording.material),
    )
    observations = observe(run).observations
    case = Case(shared.platform(), recording.profile, recording.expectation, observations)
    return Seen(case, diagnose(ALL, case))


def judged_with_table(seen: Seen, table: RouteTable) -> Seen:
    """The same case with another routing table."""
    old: Any = seen.case.observations["routes"]
    facts = msgspec.structs.replace(old.facts, table=table)
    observations = {**seen.case.observations, "routes": Observation(facts=facts)}
    case = Case(seen.case.platform, seen.case.profile, seen.case.expectation, observations)
    return Seen(case, diagnose(ALL, case))


@lru_cache(maxsize=128)
def recorded_once(name: str) -> tuple[Seen, bytes]:
    """Of a scenario, by name."""
    from tests.recorded.scenarios import macos, windows  # noqa: PLC0415

    found = next(s for s in (*windows.SCENARIOS, *macos.SCENARIOS) if s.name == name)
    return record(found.laptop)
