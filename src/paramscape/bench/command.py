"""The command `paramscape bench`."""

import argparse
import logging
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from paramscape.bench.groups import GROUPS
from paramscape.jobs.commands import Commands, add_command

if TYPE_CHECKING:
    from paramscape.bench.table import Report


def add_bench(commands: Commands) -> None:
    """Add the command to those of `paramscape`."""
    bench = add_command(
        commands,
        "bench",
        "measure speed and memory of the embedded VIC",
        "Measures the embedded VIC on a case that it makes, prints tables and writes them as "
        "JSON.\nTakes about ten minutes on two cores; nothing else should run meanwhile. What the "
        "rows mean:\ndocs/benchmarks.md.",
        [
            "paramscape bench --quick                  # does it work at all",
            "paramscape bench --only startup           # what compiling costs, by instruction set",
            "paramscape bench --executable vic_image.exe --write docs/benchmarks.md",
            "paramscape bench table bench.json         # the tables of an earlier run",
            "paramscape bench precision CASE...        # what single precision costs",
        ],
    )
    _add_options(bench)
    _add_write(bench)
    bench.set_defaults(command=_measure)
    further = bench.add_subparsers(metavar="FURTHER", title="further commands")
    _add_table(further)
    _add_precision(further)


def _add_options(bench: argparse.ArgumentParser) -> None:
    bench.add_argument(
        "--quick",
        action="store_true",
        help="12 cells and 40 days, to see that it works; its figures mean nothing",
    )
    bench.add_argument(
        "--full",
        action="store_true",
        help="simulate all 400 members, and all evaluations of a search; by default the time of "
        "some is extrapolated",
    )
    bench.add_argument(
        "--executable",
        type=Path,
        metavar="FILE",
        help="the real VIC program, vic_image.exe, to compare with; by default it is left out",
    )
    bench.add_argument(
        "--mpirun",
        default="mpirun",
        metavar="COMMAND",
        help="how the real program is started, with options [%(default)s]",
    )
    bench.add_argument(
        "--only",
        default="",
        metavar="GROUPS",
        help=f"what to measure, separated by commas: {', '.join(GROUPS)} [all]",
    )
    bench.add_argument(
        "--json",
        type=Path,
        default=Path("bench.json"),
        metavar="FILE",
        help="where the report is written [%(default)s]",
    )


def _add_table(further: Commands) -> None:
    table = add_command(
        further,
        "table",
        "print the tables of a report",
        "Prints the tables of a report that `paramscape bench` wrote earlier.",
        [
            "paramscape bench table bench.json",
            "paramscape bench table bench.json --write docs/benchmarks.md --name 'this machine'",
        ],
    )
    table.add_argument("report", type=Path, metavar="FILE.json", help="the report")
    _add_write(table)
    table.set_defaults(command=_table)


def _add_precision(further: Commands) -> None:
    precision = add_command(
        further,
        "precision",
        "print what float32 costs in VIC cases",
        "Runs VIC cases in float32 and float64, and prints the differences of their outputs.",
        [
            "paramscape bench precision my-case other-case",
        ],
    )
    precision.add_argument(
        "cases", type=Path, nargs="+", metavar="CASE", help="a folder with VIC's global.txt"
    )
    precision.set_defaults(command=_precision)


def _add_write(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE.md",
        help="put the tables into this text, too; by default they are printed alone",
    )
    parser.add_argument(
        "--name",
        default="this machine",
        metavar="NAME",
        help="where in that text: between `<!-- figures of NAME -->` and `<!-- end of figures -->` "
        "[%(default)s]",
    )


def _measure(parsed: argparse.Namespace) -> None:
    from paramscape.bench.run import run_benchmark
    from paramscape.bench.session import Settings

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    executable = parsed.executable and parsed.executable.resolve()
    settings = Settings(
        quick=parsed.quick,
        full=parsed.full,
        executable=executable,
        mpirun=tuple(shlex.split(parsed.mpirun)),
        only=tuple(name for name in parsed.only.split(",") if name),
    )
    report = run_benchmark(settings)
    report.save(parsed.json)
    _show(report, parsed)


def _table(parsed: argparse.Namespace) -> None:
    from paramscape.bench.table import Report

    _show(Report.read(parsed.report), parsed)


def _precision(parsed: argparse.Namespace) -> None:
    from paramscape.bench.precision import precision_errors, precision_table

    print(precision_table(precision_errors(parsed.cases)), end="")


def _show(report: "Report", parsed: argparse.Namespace) -> None:
    print(report.markdown, end="")
    if parsed.write:
        report.write_into(parsed.write, parsed.name)
