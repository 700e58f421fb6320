"""The command `paramscape check STUDY.yaml`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from paramscape.check.report import Finding, Report
from paramscape.check.study import check_study
from paramscape.products.catalogue import MissingFiles, RawFile, require_files, required_files
from paramscape.study import Study, given_settings, validate


class StudyWouldFail(ValueError):
    """A study that would fail; the findings are printed before."""


def check(paths: Sequence[Path]) -> None:
    """Check a study and print the findings.

    Settings of later files override those of earlier files.

    Valid parts and warnings go to stdout, errors to stderr.

    Raises:
        SettingsError: if the settings themselves are wrong.
        StudyWouldFail: if something would fail.
    """
    given = given_settings(*paths)
    study = validate(given)
    report, missing = check_study(study, given), []
    try:
        require_files(study)
    except MissingFiles as error:
        missing = list(error.files)
    except ValueError as error:
        report.error(Finding.of(error))
    _print_well(paths[-1], study, missing, report)
    for warning in report.warnings:
        print(f"warning: {warning}")
    sys.stdout.flush()
    for error in report.grouped_errors:
        print(f"error: {error}", file=sys.stderr)
    if missing:
        print(MissingFiles(missing), file=sys.stderr)
    if report.errors or missing:
        raise StudyWouldFail(
            f"{study.study.name} would fail: {len(report.errors)} error(s), {len(missing)} missing "
            "file(s)"
        )


def _print_well(path: Path, study: Study, missing: list[RawFile], report: Report) -> None:
    files = required_files(study)
    made = sum(file.made for file in files)
    there = len(files) - made - len(missing)
    parts = [f"{there} raw file(s) are there"] if there else []
    parts += [f"{made} are made by the twin"] if made else []
    print(
        f"{path}: the settings of {study.study.name} are valid (profile {study.profile}); "
        f"{', '.join(parts) or 'no raw file is there'}"
    )
    for line in report.good:
        print(f"  {line}")
