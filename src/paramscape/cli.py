"""The command line: `paramscape vic -g global.txt`, benchmarks, checks, and origins of files."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from paramscape import __version__
from paramscape.bench.command import add_command as add_bench

VIC_VERSION = f"VIC Driver  : Image\nVIC Version : 5.1.0, in paramscape {__version__}"
VIC_BUILT_IN = """VIC's image driver in water-balance mode:
soil layers 3, thermal nodes 3 (QUICK_FLUX), FULL_ENERGY FALSE, FROZEN_SOIL FALSE
snow bands, vegetation classes and root zones as in the parameter file
no lakes, carbon cycle, blowing snow, organic soil, treeline, spatial snow or frost, routing"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 1 with the reason on stderr."""
    parsed = _parser().parse_args(arguments)
    try:
        parsed.command(parsed)
    except (ValueError, OSError) as error:
        print(f"paramscape: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="paramscape", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    vic = commands.add_parser(
        "vic",
        help="run VIC, as vic_image.exe does",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = vic.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "-g", "--global", dest="path", type=Path, metavar="FILE", help="run this case"
    )
    which.add_argument("-v", action="version", version=VIC_VERSION, help="print the version")
    which.add_argument("-o", action="store_true", dest="options", help="print what is built in")
    vic.add_argument("--conserve", action="store_true", help="keep the water that VIC 5.1 loses")
    vic.set_defaults(command=_vic)
    check = commands.add_parser("check", help="check a study's settings and raw files")
    check.add_argument(
        "paths", type=Path, nargs="+", metavar="STUDY.yaml", help="and what is laid over it"
    )
    check.set_defaults(command=_check)
    schema = commands.add_parser("schema", help="print the JSON schema of a study's settings")
    schema.set_defaults(command=_schema)
    explain = commands.add_parser("explain", help="print where a file of a study came from")
    explain.add_argument("path", type=Path, metavar="FILE")
    explain.set_defaults(command=_explain)
    add_bench(commands)
    return parser


def _vic(parsed: argparse.Namespace) -> None:
    if parsed.options:
        print(VIC_BUILT_IN)
        return
    from paramscape.vic.image import run_global

    _show_notices()
    for path in run_global(parsed.path, sys.stderr.isatty(), parsed.conserve):
        print(path)


def _show_notices() -> None:
    """Print warnings to stderr."""
    logger = logging.getLogger("paramscape")
    if not logger.handlers:
        notices = logging.StreamHandler()
        notices.setLevel(logging.WARNING)
        notices.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
        logger.addHandler(notices)


def _check(parsed: argparse.Namespace) -> None:
    from paramscape.check.command import check

    check(parsed.paths)


def _explain(parsed: argparse.Namespace) -> None:
    from paramscape.explain import explain

    print(explain(parsed.path))


def _schema(parsed: argparse.Namespace) -> None:
    from paramscape.study import schema_text

    print(schema_text(), end="")
