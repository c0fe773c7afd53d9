"""Time to the right verdict, beside the real client: `python -m tests.bench.verdict [FAULT…]`.

The client's time is that of the first line of its log that names a failure, whichever it is; it
may take two minutes a fault. Needs root.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time

from tests.lab import faults_tls
from tests.lab.endpoint import WITHOUT_OFFLOAD
from tests.lab.fault import Fault
from tests.lab.faults import FAULTS
from tests.lab.lab import Lab

MOST_SECONDS = 130.0  # the client's own limit for a TCP connect is 120
FAULT_NAMES = (
    *("udp-dropped", "udp-rejected", "server-down-udp", "tcp-dropped", "name-unknown"),
    *("server-expired-udp", "server-other-ca-tcp", "client-expired-udp", "client-revoked-tcp"),
    *("handshake-cut-udp", "large-dropped-udp", "server-mute-tcp"),
)
# What a person would take for a diagnosis, right or wrong.
FAILURE = re.compile(
    r"TLS key negotiation failed|Cannot resolve|Connection refused|timed out|VERIFY ERROR"
    r"|VERIFY X509NAME ERROR|Connection reset|TLS handshake failed|No route to host"
)


def main(names: list[str]) -> None:
    """One line a fault."""
    registry = {fault.name: fault for fault in (*FAULTS, *faults_tls.FAULTS)}
    print(f"{'fault':<22} {'doctor':>8} {'client':>8} {'ratio':>6}  the client's words")
    for name in names or FAULT_NAMES:
        with Lab(registry[name].variant) as lab:
            _compare(lab, registry[name])


def _compare(lab: Lab, fault: Fault) -> None:
    fault.inject(lab)
    started = time.perf_counter()
    lab.run_doctor("run", "--profile", str(lab.profile), "--json", "-", *fault.doctor_args(lab))
    ours = time.perf_counter() - started
    theirs, words = _client(lab)
    print(
        f"{fault.name:<22} {ours:7.2f}s {theirs:7.2f}s {theirs / ours:5.1f}x  {words}", flush=True
    )


def _client(lab: Lab) -> tuple[float, str]:
    argv = lab.argv("openvpn", *WITHOUT_OFFLOAD, "--config", str(lab.profile), "--dev", "tun9")
    started = time.perf_counter()
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as client:
        try:
            assert client.stdout is not None
            for line in client.stdout:
                match = FAILURE.search(line)
                if match:
                    return time.perf_counter() - started, match[0]
                if time.perf_counter() - started > MOST_SECONDS:
                    break
        finally:
            client.kill()
    return time.perf_counter() - started, "nothing"


if __name__ == "__main__":
    main(sys.argv[1:])
