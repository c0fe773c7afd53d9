"""Times of the program as ratios: `python -m tests.bench` (root for those in the lab).

Each figure is the least of some runs beside `python -c pass` in the same minute: this machine may
be noisy, ratios are steadier than seconds.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

from tests.lab.lab import Lab
from tests.lab.variant import ENDPOINT_ADDRESSES, Variant

RUNS = 7


def least(action: Callable[[], object], runs: int = RUNS) -> float:
    """The least seconds of some runs."""
    best = float("inf")
    for _ in range(runs):
        started = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - started)
    return best


def python(*arguments: str) -> Callable[[], object]:
    """One Python process, its output thrown away."""
    return lambda: subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False
    )


def main() -> None:
    """Print all figures."""
    bare = least(python("-c", "pass"), 15)
    print(f"python -c pass          {bare * 1000:7.0f} ms")
    for title, arguments in (
        ("--version", ["--version"]),
        ("--help", ["--help"]),
        ("list", ["list"]),
        ("explain", ["explain", "captive-portal"]),
    ):
        seconds = least(python("-m", "cvpn_doctor", *arguments))
        print(f"{title:<23} {seconds * 1000:7.0f} ms   {seconds / bare:5.1f} x python -c pass")
    if os.geteuid() == 0:
        in_the_lab(bare)


def in_the_lab(bare: float) -> None:
    """A healthy laptop 50 ms from its endpoint, and one whose every packet is dropped."""
    with Lab(Variant(latency_ms=50.0)) as lab:
        _run("healthy, 50 ms", lab, bare, 1.5)
    with Lab(Variant(connected=False, latency_ms=50.0)) as lab:
        _run("ready, 50 ms", lab, bare, 1.5)
    with Lab(Variant(connected=False)) as lab:
        rules = "table ip bench { chain f { type filter hook forward priority 0; policy drop; }; }"
        lab.space("home").nft(rules)
        _run("forwarding dropped", lab, bare, 5.0)
    with Lab(Variant(connected=False)) as lab:
        rules = "table ip bench { chain o { type filter hook output priority 0; oif eth0 drop; }; }"
        lab.space("laptop").nft(rules)
        _run("everything dropped", lab, bare, 5.0)
    with Lab(Variant(connected=False)) as lab:
        rules = "; ".join(f"ip daddr {address} drop" for address in ENDPOINT_ADDRESSES)
        lab.space("home").nft(
            f"table ip bench {{ chain f {{ type filter hook forward priority 0; {rules}; }}; }}"
        )
        _run("endpoint dropped", lab, bare, 5.0)


def _run(title: str, lab: Lab, bare: float, limit: float) -> None:
    profile = str(lab.profile)
    seconds = least(lambda: lab.run_doctor("run", "--profile", profile, "--json", "-"), 3)
    print(f"{title:<23} {seconds * 1000:7.0f} ms   {seconds / limit:5.2f} of its {limit} s limit")


if __name__ == "__main__":
    main()
