"""The command line `paramscape`."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from paramscape import __version__
from paramscape.bench.command import add_bench
from paramscape.jobs.commands import Commands, add_command
from paramscape.native.compiler import CompilerError

DESCRIPTION = """Learns distributed parameter fields of the VIC land-surface model, and runs VIC.

To run a study, from raw files to figures, use `make study CONFIG=STUDY.yaml` or Snakemake."""
EXAMPLES = """examples:
  paramscape check config/demo.yaml     # before you start a study
  paramscape vic -g global.txt          # VIC alone
  paramscape COMMAND --help             # the arguments of a command

environment (docs/engine.md):
  CXX                 the C++ compiler [the first of g++, clang++ and c++]
  PARAMSCAPE_MARCH    the instruction set for which VIC is compiled [native]
  PARAMSCAPE_CACHE    the folder for compiled programs [~/.cache/paramscape]
  PARAMSCAPE_VIC      eager runs VIC uncompiled [compiled]"""
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
    except (ValueError, OSError, CompilerError) as error:
        print(f"paramscape: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paramscape",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=__version__, help="print the version and exit"
    )
    parser.set_defaults(command=lambda _: parser.print_help())
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _add_vic(commands)
    _add_check(commands)
    _add_fetch(commands)
    _add_schema(commands)
    _add_explain(commands)
    add_bench(commands)
    return parser


def _add_vic(commands: Commands) -> None:
    vic = add_command(
        commands,
        "vic",
        "run VIC, as vic_image.exe does",
        "Runs the embedded VIC in water-balance mode and double precision on the files that a "
        "global\nparameter file of VIC 5 names, and prints the history and state files that it "
        "writes.\nPaths in the global file are relative to the folder where the command is run.",
        [
            "paramscape vic -g global.txt              # in place of vic_image.exe -g global.txt",
            "paramscape vic -g global.txt --conserve   # closes the water balance",
            "paramscape vic -o                         # prints the options that are built in",
        ],
    )
    which = vic.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "-g",
        "--global",
        dest="path",
        type=Path,
        metavar="FILE",
        help="global parameter file of the case to run",
    )
    which.add_argument(
        "-v", action="version", version=VIC_VERSION, help="print VIC's version and exit"
    )
    which.add_argument(
        "-o", action="store_true", dest="options", help="print VIC's built-in options and exit"
    )
    vic.add_argument(
        "--conserve",
        action="store_true",
        help="keep the water that VIC 5.1 loses; by default it is lost, as in VIC",
    )
    vic.set_defaults(command=_vic)


def _add_check(commands: Commands) -> None:
    check = add_command(
        commands,
        "check",
        "check a study's settings, raw files and machine",
        "Checks the settings of a study, all its raw files (units, grids, time axes, and some "
        "values),\nand the compiler and other programs that it uses. Prints one line for each "
        "problem, and exits\nwith 1 if there is one. It runs nothing.",
        [
            "paramscape check config/demo.yaml",
            "paramscape check config/huaihe-twin.yaml config/vic-alone.yaml   # two files",
        ],
    )
    _add_study_files(check)
    check.set_defaults(command=_check)


def _add_fetch(commands: Commands) -> None:
    fetch = add_command(
        commands,
        "fetch",
        "fetch a study's public files",
        "Downloads the public files of the data ledger that a study reads and that are missing. "
        "Continues\npartial transfers, and checks SHA-256.\n"
        "PARAMSCAPE_MIRROR=http://host:port downloads from a mirror instead.",
        [
            "paramscape fetch config/walnut-gulch.yaml",
        ],
    )
    _add_study_files(fetch)
    fetch.set_defaults(command=_fetch)


def _add_study_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        type=Path,
        nargs="+",
        metavar="STUDY.yaml",
        help="settings of the study; further files replace single settings, the last one wins",
    )


def _add_schema(commands: Commands) -> None:
    schema = add_command(
        commands,
        "schema",
        "print the JSON schema of a study's settings",
        "Prints every setting of a study with its meaning, type, range and default, as JSON "
        "schema.",
        [
            "paramscape schema > config/schema.json",
        ],
    )
    schema.set_defaults(command=_schema)


def _add_explain(commands: Commands) -> None:
    explain = add_command(
        commands,
        "explain",
        "print where a file of a study came from",
        "Prints the rule, settings, seed, inputs, versions and times behind a file under "
        "results/, and\nthe command that makes it again.",
        [
            "paramscape explain results/demo/figures/score-maps-vic.png",
        ],
    )
    explain.add_argument(
        "path", type=Path, metavar="FILE", help="a file that a job of the study wrote"
    )
    explain.set_defaults(command=_explain)


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


def _fetch(parsed: argparse.Namespace) -> None:
    from paramscape.data.fetch import Transfer, fetch_all
    from paramscape.products.catalogue import public_files
    from paramscape.study import load

    files = public_files(load(*parsed.paths))
    if not files:
        print(f"{parsed.paths[-1]}: the study reads no file that the data ledger lists")
        return
    for path, fetched in fetch_all(files, Transfer(progress=True)):
        print(f"{path}: {'fetched' if fetched else 'is there'}, SHA-256 as in the ledger")
    print("Please cite:")
    for citation in dict.fromkeys(f"{f.citation} [{f.licence}]" for f in files.values()):
        print(f"  {citation}")


def _explain(parsed: argparse.Namespace) -> None:
    from paramscape.jobs.explain import explain

    print(explain(parsed.path))


def _schema(parsed: argparse.Namespace) -> None:
    from paramscape.study import schema_text

    print(schema_text(), end="")
