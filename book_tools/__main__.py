"""The book's commands: `python -m book_tools COMMAND`."""

import argparse
import importlib
import sys
from collections.abc import Callable

PASS_ON = ("book", "serve", "live", "lab", "bench")


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options, rest = _parser().parse_known_args(argv)
    if rest and options.command not in PASS_ON:
        raise SystemExit(f"Unknown argument: {' '.join(rest)}. See --help.")
    try:
        return options.call(options, rest)
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"The module {error.name} is missing here. Use .venv's Python; "
            "`make test-fast` installs into it all that the commands need."
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m book_tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, summary: str, call: Callable) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(call=call)
        return command

    for name, summary, function in (
        ("book", "build the site from the stored outputs", "build"),
        ("serve", "serve the built site on 127.0.0.1", "serve"),
        ("live", "serve the site and rebuild it as files change", "live"),
    ):
        add(name, summary, _site_command(function))
    run = add("run", "execute the stale chapters", _run)
    run.add_argument("chapter", nargs="?", help="the one chapter to execute")
    run.add_argument("--force", action="store_true", help="fresh chapters as well")
    run.add_argument("--once", action="store_true", help="one arithmetic setting only")
    bench = add("bench", "time each thing beside its yardstick", _bench)
    bench.add_argument("name", nargs="?", help="the one benchmark to run")
    bench.add_argument("--save", action="store_true", help="replace its table")
    add("check", "say which chapters are stale or not normalised", _check)
    add("lab", "open JupyterLab on the chapters", _lab)
    add("test", "run every test", _test)
    add("test-fast", "run the quick tests", _test)
    package = add("test-package", "test the package alone, lowest and newest", _package)
    package.add_argument("versions", nargs="?", choices=["lowest", "newest"])
    lock = add("lock", "recompile the locks and environment.yml", _lock)
    lock.add_argument("--upgrade", action="store_true", help="take newest versions")
    return parser


def _site_command(function: str) -> Callable:
    def call(options: argparse.Namespace, rest: list[str]) -> int:
        commands = importlib.import_module("book_tools.site.commands")
        return getattr(commands, function)(rest)

    return call


def _run(options: argparse.Namespace, rest: list[str]) -> int:
    from book_tools.run import run

    return run(options.chapter, force=options.force, once=options.once)


def _bench(options: argparse.Namespace, rest: list[str]) -> int:
    from book_tools.bench import bench

    return bench(options.name, [*(["--save"] if options.save else []), *rest])


def _check(options: argparse.Namespace, rest: list[str]) -> int:
    from book_tools.check import check

    return check()


def _lab(options: argparse.Namespace, rest: list[str]) -> int:
    from book_tools.lab import lab

    return lab(rest)


def _test(options: argparse.Namespace, rest: list[str]) -> int:
    from book_tools.gate import run_gate

    return run_gate(fast=options.command == "test-fast")


def _package(options: argparse.Namespace, rest: list[str]) -> int:
    from book_tools.wheel import package

    return package(options.versions)


def _lock(options: argparse.Namespace, rest: list[str]) -> int:
    from book_tools.lock import lock

    return lock(upgrade=options.upgrade)


if __name__ == "__main__":
    sys.exit(main())
