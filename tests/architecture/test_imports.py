"""Imports are part of the price: which modules a command may load."""

import json
import subprocess
import sys

import pytest

HEAVY = {"scapy", "pydantic", "asyncio", "jinja2", "dns", "cryptography", "netifaces", "rich"}


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that one command has loaded when it ends."""
    program = (
        "import sys, os, json, atexit\n"
        "def told(code):\n"
        "    names = sorted({name.split('.')[0] for name in sys.modules})\n"
        "    os.write(2, ('LOADED ' + json.dumps(names)).encode())\n"
        "    os.kill(os.getpid(), 9)\n"
        "os._exit = told\n"
        "from cvpn_doctor.__main__ import main\n"
        f"sys.argv = ['cvpn-doctor', *{list(arguments)!r}]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    told(0)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    return set(json.loads(result.stderr.rpartition("LOADED ")[2]))


def test_version_loads_nothing() -> None:
    loaded = loaded_by("--version")
    assert not loaded & (HEAVY | {"typer", "msgspec", "cvpn_checks"})


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    assert not loaded_by(*arguments) & (HEAVY | {"cvpn_checks"})


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["explain", "captive-portal"],
        ["run", "--offline", "--format", "intune"],
    ],
)
def test_command_loads_no_heavy_library(arguments: list[str]) -> None:
    assert not loaded_by(*arguments) & HEAVY
