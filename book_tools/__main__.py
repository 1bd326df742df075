"""The book's commands: `python -m book_tools COMMAND`."""

import sys
from importlib import import_module

PASS_ON = ("serve", "live", "lab", "bench")


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status; what stops it is one line."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"The module {error.name} is missing here. Use .venv's Python; "
            "`make test-fast` installs into it all that the commands need."
        ) from error
    except OSError as error:
        raise SystemExit(
            f"{error.filename or 'A file'}: {error.strerror or error!s:.200}. The "
            "command ended there and left no half-written file; put that right first."
        ) from error


def _run(argv: list[str] | None) -> int:
    options, rest = _parser().parse_known_args(argv)
    given = vars(options)
    if given.pop("command") in PASS_ON:
        given["arguments"] = rest
    elif rest:
        raise SystemExit(f"Unknown argument: {' '.join(rest)}. See --help.")
    module, _, function = given.pop("target").partition(":")
    return getattr(import_module(f"book_tools.{module}"), function)(**given)


def _parser():
    import argparse  # here, where Ctrl-C ends in a line already

    parser = argparse.ArgumentParser(prog="python -m book_tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, target: str, summary: str, **given) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(target=target, **given)
        return command

    add("book", "site.commands:build", "build the site from the stored outputs")
    add("serve", "site.commands:serve", "serve the built site on 127.0.0.1")
    add("live", "site.commands:live", "serve the site and rebuild it as files change")
    add("offline", "offline:offline", "write a zip of the site and a PDF to dist/")
    for kind in ("student", "instructor"):
        edition = add(kind, f"course.editions:{kind}", f"write the {kind} edition")
        edition.add_argument("chapters", nargs="*", help="numbers; without them, all")
        if kind == "student":
            where = "the branch on which it will lie: buttons open its notebooks there"
            edition.add_argument("--branch", help=where)
    course = add("course", "course.grading:course", "write what nbgrader grades by")
    course.add_argument("chapters", nargs="*", help="numbers; without them, all")
    slides = add("slides", "slides.command:slides", "write slides to dist/slides")
    slides.add_argument("chapter", nargs="?", help="the one chapter to write")
    times = add("times", "times:times", "write the chapters' times into TEACHING.md")
    times.add_argument("--measure", action="store_true", help="run them all first")
    run = add("run", "run:run", "execute the stale chapters")
    run.add_argument("chapter", nargs="?", help="the one chapter to execute")
    run.add_argument("--force", action="store_true", help="fresh chapters as well")
    run.add_argument("--once", action="store_true", help="one arithmetic setting only")
    bench = add("bench", "programs:bench", "time each thing beside its yardstick")
    bench.add_argument("name", nargs="?", help="the one benchmark to run")
    bench.add_argument("--save", action="store_true", help="replace its table")
    mutants = add("mutants", "mutants:mutants", "see whether tests notice faults")
    mutants.add_argument("name", nargs="?", help="where files must begin: a path")
    guards = add("guards", "guards:guards", "see whether guards notice changed tables")
    guards.add_argument("chapter", nargs="?", help="the one chapter to try")
    guards.add_argument("--sample", type=int, help="so many changes of each, drawn")
    add("check", "freshness:check", "say which chapters are stale or not normalised")
    add("lab", "programs:lab", "open JupyterLab on the chapters")
    add("test", "programs:run_gate", "run every test")
    add("test-fast", "programs:run_gate", "run the quick tests", fast=True)
    package = add("test-package", "wheel:package", "test the package alone")
    package.add_argument("versions", nargs="?", choices=["lowest", "newest"])
    chapters = add("test-chapters", "versions:chapters", "run them in other versions")
    chapters.add_argument("versions", nargs="?", choices=["lowest", "newest"])
    chapters.add_argument("--chapter", help="the one chapter to run")
    add("links", "links:links", "ask whether links to elsewhere are alive")
    adopt = add("adopt", "adopt:adopt", "give a fork its own addresses in all files")
    adopt.add_argument("address", nargs="?", help="the repository, or git's origin")
    adopt.add_argument("--site", help="where its pages are, or GitHub's Pages")
    adopt.add_argument("--branch", help="its main branch")
    lock = add("lock", "lock:lock", "recompile the locks and environment.yml")
    lock.add_argument("--upgrade", action="store_true", help="take newest versions")
    return parser


if __name__ == "__main__":
    sys.exit(main())
