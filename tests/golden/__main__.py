"""Rewrites the golden reports from the lab: `python -m tests.golden [NAME…]` (root, Linux).

Each golden is the report of a real run in a real lab, of a fault or of a healthy variant. The
reviewer reads the diff.
"""

import sys
from pathlib import Path

from tests.lab import faults, faults_tls
from tests.lab.healthy import HEALTHY
from tests.lab.lab import Lab

FAULTS = (*faults.FAULTS, *faults_tls.FAULTS)
FOLDER = Path(__file__).parent / "reports"


def main(names: list[str]) -> None:
    """Run each scenario once and keep what the program wrote."""
    FOLDER.mkdir(exist_ok=True)
    for fault in FAULTS:
        if not names or fault.name in names:
            with Lab(fault.variant) as lab:
                fault.inject(lab)
                _write(fault.name, lab, *fault.doctor_args(lab))
    for healthy in HEALTHY:
        if not names or healthy.name in names:
            with Lab(healthy.variant) as lab:
                healthy.prepare(lab)
                _write(f"healthy-{healthy.name}", lab, *healthy.doctor_args(lab))


def _write(name: str, lab: Lab, *arguments: str) -> None:
    profile = () if "--profile" in arguments else ("--profile", str(lab.profile))
    result = lab.run_doctor("run", *profile, *arguments, "--lang", "en", "--json", "-")
    (FOLDER / f"{name}.json").write_text(result.stdout, encoding="utf-8")
    print(name, result.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
