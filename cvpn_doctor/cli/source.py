"""Where a run's answers come from: this laptop, or one that was recorded (--record, --replay)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cvpn_doctor import __version__
from cvpn_doctor.cli.choices import UsageError
from cvpn_doctor.cli.show import write_file
from cvpn_doctor.cli.subject import Subject, find_subject
from cvpn_doctor.engine import Run
from cvpn_doctor.host import this_host
from cvpn_doctor.host.recorded import RecordedHost, Recorder
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.material import Material
from cvpn_doctor.model.recording import Recording, RunOptions


@dataclass(frozen=True, kw_only=True)
class Source:
    """The host to ask, and what is to become of its answers or where they were written."""

    host: Host
    recorder: Recorder | None = None
    file: Path | None = None  # to be written
    recording: Recording | None = None

    @classmethod
    def of(cls, record: Path | None, replay: Path | None) -> "Source":
        """Raises UsageError for a recording that cannot be had."""
        if record is not None and replay is not None:
            raise UsageError("--record and --replay exclude each other")
        if replay is not None:
            recording = _read(replay)
            return cls(host=RecordedHost(recording), recording=recording)
        if record is None:
            return cls(host=this_host())
        if not record.parent.is_dir():
            raise UsageError(f"--record {record}: no such folder")
        recorder = Recorder(this_host())
        return cls(host=recorder, recorder=recorder, file=record)

    def subject(self, profile: Path | None, expect: Sequence[Path]) -> Subject | None:
        """Of a recording: its own profile, unless one is named. None: it must be looked for."""
        if self.recording is None:
            return None
        if profile is not None:
            return find_subject(self.host, profile, expect)
        if expect:
            raise UsageError("--expect with --replay needs --profile")
        return Subject(
            profile=self.recording.profile,
            expectation=self.recording.expectation,
            material=Material(
                elsewhere=self.recording.material.elsewhere, public=self.recording.material
            ),
        )

    def as_then(self, run: Run) -> Run:
        """The run as it was made when it was recorded; what was not asked cannot be asked now."""
        if self.recording is None:
            return run
        if run.log_files:
            raise UsageError("--client-log cannot be used with --replay")
        then = self.recording.options
        return replace(
            run,
            log_files=then.log_files,
            deadline=then.deadline,
            offline=then.offline or run.offline,
            deep=then.deep,
            left_out=run.left_out | frozenset(then.left_out),
        )

    def write(self, run: Run, started: float) -> None:
        """Where it was asked for: the recording. Raises CvpnDoctorError where that fails."""
        if self.recorder is None or self.file is None:
            return
        from cvpn_doctor.host.recording_file import to_json  # noqa: PLC0415
        from cvpn_doctor.openvpn.pair import public_of  # noqa: PLC0415 - 40 ms to import

        recording = Recording(
            version=__version__,
            started=started,
            platform=self.recorder.platform(),
            profile=run.profile,
            expectation=run.expectation,
            material=public_of(run.material),
            options=RunOptions(
                deadline=run.deadline,
                offline=run.offline,
                deep=run.deep,
                left_out=tuple(sorted(run.left_out)),
                log_files=tuple(self.recorder.label(path) for path in run.log_files),
            ),
            questions=self.recorder.questions(),
        )
        write_file(self.file, to_json(recording))


def _read(path: Path) -> Recording:
    from cvpn_doctor.host.recording_file import MOST_BYTES, read_recording  # noqa: PLC0415

    try:
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    return read_recording(data)
