"""`python -m tests.lab`: a lab for people, one command at a time."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence

from tests.lab import state
from tests.lab.faults import FAULTS, by_name
from tests.lab.healthy import HEALTHY
from tests.lab.lab import Lab
from tests.lab.network import LabError
from tests.lab.requirements import missing
from tests.lab.topology import ROLES
from tests.lab.variant import Variant


def _up(options: argparse.Namespace) -> None:
    if state.exists(options.name):
        raise LabError(f"lab {options.name} is up already")
    variant = Variant(
        transport=options.transport,
        port=options.port,
        mode=options.mode,
        connected=options.connected,
        ipv6=options.ipv6,
        latency_ms=options.latency,
    )
    _bring_up(options.name, variant)
    _print_status(options)


def _bring_up(name: str, variant: Variant) -> Lab:
    lab = Lab(variant, prefix=f"cvd-{name}-")
    lab.up()
    state.save(name, lab)
    return lab


def _down(options: argparse.Namespace) -> None:
    lab, _ = state.load(options.name)
    lab.down()
    state.forget(options.name)


def _print_status(options: argparse.Namespace) -> None:
    lab, fault = state.load(options.name)
    print(json.dumps({**lab.status(), "fault": fault or None}, indent=2))


def _connect(options: argparse.Namespace) -> None:
    lab, fault = state.load(options.name)
    if lab.connected:
        raise LabError("connected already")
    try:
        lab.connect()
    except LabError:
        lab.disconnect()
        raise
    finally:
        state.save(options.name, lab, fault)


def _disconnect(options: argparse.Namespace) -> None:
    lab, fault = state.load(options.name)
    lab.disconnect()
    state.save(options.name, lab, fault)


def _fault(options: argparse.Namespace) -> None:
    """A fault needs the lab that it was written for, so the lab is built anew."""
    try:
        fault = by_name(options.fault)
    except KeyError:
        raise LabError(f"no fault named {options.fault}; `list` shows them") from None
    if state.exists(options.name):
        _down(options)
    lab = _bring_up(options.name, fault.variant)
    try:
        fault.inject(lab)
    finally:
        state.save(options.name, lab, fault.name)
    print(f"{fault.name}: {fault.sentence}\nexpected root cause: {fault.code}")


def _clear(options: argparse.Namespace) -> None:
    lab, _ = state.load(options.name)
    lab.clear()
    state.save(options.name, lab)


def _list(options: argparse.Namespace) -> None:
    for fault in FAULTS:
        print(f"{fault.name:26} {fault.code:36} {fault.sentence}")
    for healthy in HEALTHY:
        print(f"{healthy.name:26} {healthy.verdict}")


def _exec(options: argparse.Namespace) -> int:
    lab, _ = state.load(options.name)
    return subprocess.call(lab.argv(*options.command, where=options.where))


def _shell(options: argparse.Namespace) -> int:
    lab, _ = state.load(options.name)
    environment = {**os.environ, "PS1": f"[{options.name} {options.where}] \\$ "}
    argv = lab.argv("bash", "--norc", where=options.where)
    return subprocess.call(argv, env=environment)


def _run(options: argparse.Namespace) -> int:
    """The program under test, with the lab's profile and what the fault's test would add."""
    lab, fault = state.load(options.name)
    extra = by_name(fault).doctor_args(lab) if fault else ()
    command = [sys.executable, "-m", "cvpn_doctor", "run", "--profile", str(lab.profile)]
    argv = lab.laptop.user_argv(*command, *extra, *options.arguments)
    environment = lab.laptop.environment()
    if "TERM" in os.environ:
        environment["TERM"] = os.environ["TERM"]
    return subprocess.call(argv, env=environment)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("--name", default="main", help="which lab; several may be up")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="bring a lab up")
    up.add_argument("--transport", choices=("udp", "tcp"), default="udp")
    up.add_argument("--port", type=int, choices=(443, 1194), default=443)
    up.add_argument("--mode", choices=("split", "full"), default="split")
    up.add_argument("--connected", action="store_true", help="connect the client at once")
    up.add_argument("--ipv6", action="store_true", help="IPv6 on the home network")
    up.add_argument("--latency", type=float, default=0.0, help="milliseconds, there and back")
    up.set_defaults(action=_up)
    _add_simple_commands(commands)
    _add_commands_with_arguments(commands)
    return parser


def _add_simple_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, action, text in (
        ("down", _down, "take the lab down"),
        ("status", _print_status, "what runs"),
        ("connect", _connect, "start the VPN client"),
        ("disconnect", _disconnect, "end the VPN client"),
        ("clear", _clear, "make the lab healthy again"),
        ("list", _list, "faults with their codes, and healthy variants"),
    ):
        commands.add_parser(name, help=text).set_defaults(action=action)


def _add_commands_with_arguments(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    fault = commands.add_parser("fault", help="a lab with one fault")
    fault.add_argument("fault", metavar="NAME")
    fault.set_defaults(action=_fault)
    shell = commands.add_parser("shell", help="a shell, as root")
    shell.add_argument("where", nargs="?", default="laptop", choices=ROLES)
    shell.set_defaults(action=_shell)
    execute = commands.add_parser("exec", help="a command, as root")
    execute.add_argument("where", choices=ROLES)
    execute.add_argument("command", nargs=argparse.REMAINDER)
    execute.set_defaults(action=_exec)
    run = commands.add_parser("run", help="cvpn-doctor run, as an ordinary user of the laptop")
    run.set_defaults(action=_run)


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    # All that follows `run` belongs to the program, its options too.
    cut = words.index("run") + 1 if "run" in words else len(words)
    options = _parser().parse_args(words[:cut])
    options.arguments = words[cut:]
    reason = missing()
    try:
        if reason and options.action is not _list:
            raise LabError(reason)
        return options.action(options) or 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
