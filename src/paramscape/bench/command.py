"""The command `paramscape bench`."""

import argparse
import logging
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paramscape.bench.table import Report


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of `paramscape`."""
    bench = commands.add_parser("bench", help="measure speed and memory of the embedded VIC")
    bench.add_argument("--quick", action="store_true", help="a tiny case, to see that it works")
    bench.add_argument("--full", action="store_true", help="run all 400 members")
    bench.add_argument("--executable", type=Path, help="the real VIC program, to run beside it")
    bench.add_argument("--mpirun", default="mpirun", help="command, with options, that starts it")
    bench.add_argument("--only", default="", metavar="GROUPS", help="some groups, comma-separated")
    bench.add_argument("--json", type=Path, default=Path("bench.json"), metavar="FILE")
    _add_write(bench)
    bench.set_defaults(command=_measure)
    further = bench.add_subparsers(metavar="FURTHER")
    table = further.add_parser("table", help="print the table of a report")
    table.add_argument("report", type=Path, metavar="FILE.json")
    _add_write(table)
    table.set_defaults(command=_table)
    precision = further.add_parser("precision", help="print what float32 costs in VIC cases")
    precision.add_argument("cases", type=Path, nargs="+", metavar="CASE")
    precision.set_defaults(command=_precision)


def _add_write(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="put the table there, too")
    parser.add_argument(
        "--name", default="this machine", help="which `figures of` in that file [this machine]"
    )


def _measure(parsed: argparse.Namespace) -> None:
    from paramscape.bench.bench import Settings
    from paramscape.bench.run import run_benchmark

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
