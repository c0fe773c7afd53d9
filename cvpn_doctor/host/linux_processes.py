"""Processes and listening sockets of a Linux laptop, from /proc, as far as this user may see."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.network import Listener, Process
from cvpn_doctor.parse import process
from cvpn_doctor.parse.proc_net_tcp import Listening, listening

# Of a process table of a whole office server; a laptop has some hundreds.
MANY: Final = 100_000


class Seen(NamedTuple):
    """A VPN program that runs, with its arguments: these stay inside this room."""

    process: Process
    argv: tuple[str, ...]


def pids(tree: Tree) -> Iterator[int]:
    """The processes that can be seen."""
    for name in tree.names("/proc")[:MANY]:
        if name.isascii() and name.isdigit():
            yield int(name)


def vpn_processes(tree: Tree) -> tuple[Seen, ...]:
    """The VPN programs among them, lowest number first."""
    found = (_seen(tree, pid) for pid in pids(tree))
    return tuple(sorted((s for s in found if s is not None), key=lambda s: s.process.pid))


def sees_all(tree: Tree) -> bool:
    """Whether other users' processes can be seen: with `hidepid` not even number 1 can."""
    return tree.exists("/proc/1/stat") and tree.text_or_none("/proc/1/stat") is not None


def listeners(tree: Tree) -> tuple[Listener, ...]:
    """The TCP sockets that wait for connections; the program's name where this user may know it."""
    found: list[Listening] = []
    readable = 0
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        text = tree.text_or_none(path)
        if text is not None:
            readable += 1
            found += listening(text)
    if not readable:
        tree.text("/proc/net/tcp")  # says why
    owners = _owners(tree, {socket.inode for socket in found})
    return tuple(
        Listener(address=s.address, port=s.port, process=owners.get(s.inode)) for s in found
    )


def _seen(tree: Tree, pid: int) -> Seen | None:
    stat = tree.text_or_none(f"/proc/{pid}/stat")
    if stat is None:
        return None
    comm, state = process.name_and_state(stat)
    if not process.may_be_vpn(comm):
        return None
    argv = _argv(tree, pid)
    name = process.vpn_name(comm, argv)
    if name is None:
        return None
    profile = process.config_path(argv) if name in process.OPENVPN else None
    found = Process(pid=pid, name=name, state=state, profile=process.file_name(profile))
    return Seen(found, argv)


def _argv(tree: Tree, pid: int) -> tuple[str, ...]:
    try:
        return process.arguments(tree.bytes(f"/proc/{pid}/cmdline"))
    except OSError:
        return ()


def _owners(tree: Tree, inodes: set[int]) -> dict[int, str]:
    """Socket inode → program that holds it. Other users' descriptors are closed to us."""
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[int, str] = {}
    for pid in pids(tree) if wanted else ():
        held = _sockets(tree, pid) & wanted.keys()
        if held:
            name, _ = process.name_and_state(tree.text_or_none(f"/proc/{pid}/stat") or "")
            for link in held:
                found.setdefault(wanted[link], name or "?")
    return found


def _sockets(tree: Tree, pid: int) -> set[str]:
    folder = f"/proc/{pid}/fd"
    found = set()
    for name in tree.names(folder):
        try:
            found.add(str(tree.path(f"{folder}/{name}").readlink()))
        except OSError:
            continue
    return found
