"""All commands with their options. Bodies import lazily: a command pays for what it uses."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cvpn_doctor.model.exits import ExitStyle
from cvpn_doctor.words import Language

app = typer.Typer(
    name="cvpn-doctor",
    help="Finds the one cause why AWS Client VPN does not work on this laptop.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they print local variables: secrets
    add_completion=False,
    no_args_is_help=True,
)
profile_app = typer.Typer(
    help="Read an .ovpn profile.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(profile_app, name="profile")

ProfileOption = Annotated[
    Path | None, typer.Option("--profile", metavar="FILE", help="The .ovpn profile.")
]
ExpectOption = Annotated[
    list[Path] | None,
    typer.Option("--expect", metavar="FILE", help="What should be true, as TOML. May be repeated."),
]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", metavar="en|ja", help="Language of the sentences.")
]
JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Write the report as JSON.")
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="text|json|intune|jamf|nagios|prometheus", help="Output form."
    ),
]
ExitOption = Annotated[
    str,
    typer.Option("--exit-style", metavar="native|nagios|intune|always0", help="Exit codes."),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show all details.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="The answer only.")]


def _version(asked: bool) -> None:
    if asked:
        from cvpn_doctor import __version__  # noqa: PLC0415

        typer.echo(f"cvpn-doctor {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Finds the one cause why AWS Client VPN does not work on this laptop."""


@app.command()
def run(
    profile: ProfileOption = None,
    expect: ExpectOption = None,
    json: JsonOption = None,
    check: Annotated[
        list[str] | None, typer.Option("--check", metavar="ID", help="Run only these checks.")
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="ID", help="Leave these checks out.")
    ] = None,
    client_log: Annotated[
        list[Path] | None,
        typer.Option("--client-log", metavar="FILE", help="A log of the VPN client."),
    ] = None,
    deadline: Annotated[
        float, typer.Option("--deadline", metavar="S", min=0.5, max=60, help="Seconds for all.")
    ] = 4.5,
    output: FormatOption = "text",
    language: LanguageOption = None,
    exit_style: ExitOption = "native",
    offline: Annotated[bool, typer.Option("--offline", help="Send no packet.")] = False,
    client_certificate: Annotated[
        bool,
        typer.Option(
            " /--no-client-certificate", help="Leave the profile's client certificate out."
        ),
    ] = True,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also ask what needs privileges, as far as they go.")
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="FILE", help="Also write down all answers, to be replayed."
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay", metavar="FILE", help="Look at a recorded laptop, not at this one."
        ),
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Look, judge, and print one verdict."""
    from cvpn_doctor.cli import run as command  # noqa: PLC0415

    return command.run(
        command.Wishes(
            profile=profile,
            expect=tuple(expect or ()),
            json=json,
            only=tuple(check or ()),
            skip=tuple(skip or ()),
            logs=tuple(client_log or ()),
            deadline=deadline,
            offline=offline,
            client_certificate=client_certificate,
            deep=deep,
            record=record,
            replay=replay,
        ),
        _show(output, language, exit_style, quiet=quiet, verbose=verbose),
    )


@app.command()
def plan(profile: ProfileOption = None, expect: ExpectOption = None) -> int:
    """Print every packet destination, command and file that `run` would touch; touch none."""
    from cvpn_doctor.cli.plan import plan as command  # noqa: PLC0415

    return command(profile, tuple(expect or ()))


@app.command()
def diagnose(
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE", help="A report as JSON; - for stdin.")
    ],
    json: JsonOption = None,
    output: FormatOption = "text",
    language: LanguageOption = None,
    exit_style: ExitOption = "native",
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Judge a stored report again with today's checks."""
    from cvpn_doctor.cli.diagnose import diagnose as command  # noqa: PLC0415

    show = _show(output, language, exit_style, quiet=quiet, verbose=verbose)
    return command(bundle, json, show)


@app.command("read-capture")
def read_capture(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A pcap or pcapng file.")],
    json: JsonOption = None,
    language: LanguageOption = None,
) -> int:
    """What a packet capture shows of the VPN's connection attempts."""
    from cvpn_doctor.cli.capture import read as command  # noqa: PLC0415

    return command(file, json, _language(language))


@app.command()
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A problem code.")],
    language: LanguageOption = None,
) -> int:
    """The page of one problem code."""
    from cvpn_doctor.cli.knowledge import explain as command  # noqa: PLC0415

    return command(code, _language(language))


@app.command("list")
def list_checks(
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> int:
    """The checks, and the codes that each can name."""
    from cvpn_doctor.cli.knowledge import list_checks as command  # noqa: PLC0415

    return command(as_json=json)


@app.command()
def schema() -> int:
    """The JSON Schema of the report."""
    from cvpn_doctor.cli.knowledge import schema as command  # noqa: PLC0415

    return command()


@profile_app.command("show")
def profile_show(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    expect: ExpectOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> int:
    """What a profile says, and what is expected with it; never a key."""
    from cvpn_doctor.cli.profile import show as command  # noqa: PLC0415

    return command(file, tuple(expect or ()), as_json=json)


@profile_app.command("lint")
def profile_lint(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    language: LanguageOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> int:
    """What is wrong in a profile, without any packet."""
    from cvpn_doctor.cli.profile import lint as command  # noqa: PLC0415

    return command(file, _language(language), as_json=json)


def _language(asked: str | None) -> Language:
    from cvpn_doctor.cli.choices import language_of  # noqa: PLC0415

    return language_of(asked)


def _show(output: str, asked: str | None, exit_style: str, *, quiet: bool, verbose: bool) -> Any:
    from cvpn_doctor.cli.choices import one_of  # noqa: PLC0415
    from cvpn_doctor.cli.show import Show  # noqa: PLC0415

    formats = ("text", "json", "intune", "jamf", "nagios", "prometheus")
    style: ExitStyle = one_of(  # type: ignore[assignment]
        exit_style, ("native", "nagios", "intune", "always0"), "--exit-style"
    )
    return Show(
        output=one_of(output, formats, "--format"),
        language=_language(asked) if asked else None,
        exit_style=style,
        quiet=quiet,
        verbose=verbose,
    )
