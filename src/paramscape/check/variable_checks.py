"""Tests of the files of variables that are only scored."""

from datetime import timedelta

import xarray as xr

from paramscape.check.report import Report
from paramscape.prepare.variable_checks import prepare_check
from paramscape.products.catalogue import check_files
from paramscape.study import Period, Study

_SOME_DAYS = 16  # hold a whole period of 8 days


def check_variable_checks(study: Study, domain: xr.Dataset | None, report: Report) -> None:
    """Test the first files of the test period of each check, if all files exist."""
    for variable, settings in study.products.checks.items():
        files = check_files(study, variable)
        if domain is None or any(f.made or not f.path.is_file() for f in files):
            continue
        start, end = study.periods.test.start, study.periods.test.end
        some = Period(start=start, end=min(end, start + timedelta(days=_SOME_DAYS - 1)))
        with report.watch():
            found = prepare_check(settings, variable, some, domain)[variable]
            share = 100 * float(found.notnull().where(domain["mask"] > 0).mean())
            report.good.append(
                f"check: {len(files)} file(s) of {variable} by {settings.product}; from "
                f"{some.start} to {some.end}, {share:.0f} % of the active cells have values"
            )
