"""Runs a command line to its exit code, whatever happens on the way."""

import os
import sys
from typing import NoReturn

from cvpn_doctor.model.exits import FAULT, INTERRUPTED, USAGE
from cvpn_doctor.model.failure import CvpnDoctorError


def program(arguments: list[str]) -> NoReturn:
    """Run one command and end the process with its code.

    A line for what the user did wrong, a file for what we did wrong, never a traceback. Threads
    that hang in a C call (a name lookup) must not hold the process: it ends by `os._exit`.
    """
    prepare_streams()
    code = _run(arguments)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the reader of the pipe is gone: nobody is left to be told
            code = code or FAULT
    os._exit(code)


def prepare_streams() -> None:
    """Output never fails on a character: a Japanese or old console gets `\\x…` in its place."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _run(arguments: list[str]) -> int:
    from cvpn_doctor.cli.app import app  # noqa: PLC0415 - costs time; --version does without

    try:
        result = app(arguments, standalone_mode=False)
    except CvpnDoctorError as error:
        from cvpn_doctor.render.plain import plain  # noqa: PLC0415

        print(plain(f"cvpn-doctor: {error}"), file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return FAULT
    except Exception as error:
        return _usage(error) or _fault(error)
    return result if isinstance(result, int) else 0


def _usage(error: Exception) -> int | None:
    """The command line parser's own complaints, in one line and with exit code 2."""
    show = getattr(error, "show", None)
    if callable(show) and getattr(error, "exit_code", None) is not None:
        show()
        return USAGE
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    return None


def _fault(error: Exception) -> int:
    """A fault of our own: leave a report of it, print where."""
    from cvpn_doctor.cli.fault import leave_fault_report  # noqa: PLC0415

    print(f"cvpn-doctor: a fault of the program itself: {type(error).__name__}", file=sys.stderr)
    path = leave_fault_report(error)
    if path is not None:
        print(f"A report of it is in {path}", file=sys.stderr)
    return FAULT
