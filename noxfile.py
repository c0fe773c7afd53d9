"""Sessions for developers: `nox -s lint types imports tests` (CI runs `.ci/run`)."""

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "imports", "tests"]


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff, as linter and formatter."""
    session.install("--group", "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """mypy strict, as each of the three systems sees the code."""
    session.install("-e", ".", "--group", "lint")
    for platform in ("linux", "win32", "darwin"):
        session.run("mypy", "--platform", platform)


@nox.session
def imports(session: nox.Session) -> None:
    """Which room may enter which."""
    session.install("-e", ".", "--group", "lint")
    session.run("lint-imports")


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """All tests; the lab's are skipped where they cannot run."""
    session.install("-e", ".", "--group", "test")
    session.run("pytest", *session.posargs)
