"""The program's door. Answers `--version` before anything is imported that costs time."""

import sys


def main() -> None:
    """Entry point of `cvpn-doctor` and of `python -m cvpn_doctor`. Never returns."""
    if sys.argv[1:] == ["--version"]:
        from cvpn_doctor import __version__  # noqa: PLC0415

        print(f"cvpn-doctor {__version__}")
        sys.exit(0)
    from cvpn_doctor.cli.program import program  # noqa: PLC0415

    program(sys.argv[1:])


if __name__ == "__main__":
    main()
