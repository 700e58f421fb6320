"""The command line: `paramscape vic -g global.txt` and checks of a study's settings."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from paramscape import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 1 with the reason on stderr."""
    parsed = _parser().parse_args(arguments)
    try:
        parsed.command(parsed)
    except (ValueError, FileNotFoundError) as error:
        print(f"paramscape: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="paramscape", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    vic = commands.add_parser("vic", help="run VIC, as vic_image.exe does")
    vic.add_argument("-g", "--global", dest="path", type=Path, required=True, metavar="FILE")
    vic.set_defaults(command=_vic)
    check = commands.add_parser("check", help="check a study's settings and raw files")
    check.add_argument("path", type=Path, metavar="STUDY.yaml")
    check.set_defaults(command=_check)
    schema = commands.add_parser("schema", help="print the JSON schema of a study's settings")
    schema.set_defaults(command=_schema)
    return parser


def _vic(parsed: argparse.Namespace) -> None:
    from paramscape.vic.image import run_global

    for path in run_global(parsed.path):
        print(path)


def _check(parsed: argparse.Namespace) -> None:
    from paramscape.products.catalogue import require_files
    from paramscape.study import load

    study = load(parsed.path)
    require_files(study)
    print(f"{parsed.path}: the settings of {study.study.name} are valid, its raw files are there")


def _schema(parsed: argparse.Namespace) -> None:
    from paramscape.study import schema_text

    print(schema_text(), end="")
