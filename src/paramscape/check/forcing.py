"""Tests of the forcing: headers of all files, first and last day of the record in the cells."""

import xarray as xr

from paramscape.check.headers import some_looks, take_looks
from paramscape.check.report import Finding, Report
from paramscape.prepare.forcing import prepare_forcing
from paramscape.products.bounding_box import Box
from paramscape.products.catalogue import forcing_files
from paramscape.products.forcing import looks_at_forcing
from paramscape.study import Period, Study


def check_forcing(study: Study, box: Box, domain: xr.Dataset | None, report: Report) -> None:
    """Test the forcing files that exist and are not made by the twin."""
    record = study.periods.record
    files = forcing_files(study, record)
    present = [f for f in files if not f.made and f.path.is_file()]
    if not present:
        return
    known = len(report.errors)
    looks = some_looks(looks_at_forcing(study.products.forcing, record, box))
    take_looks(looks.looks, report)
    if looks.opened < looks.total:
        report.warn(
            Finding(
                f"{looks.opened} of {looks.total} forcing files were opened, evenly from first "
                "to last; of the others only the size was looked at"
            )
        )
    if len(report.errors) > known or len(present) < len(files):
        return
    if domain is not None:
        for day in dict.fromkeys((record.start, record.end)):
            with report.watch():
                prepare_forcing(
                    study.products.forcing,
                    Period(start=day, end=day),
                    domain,
                    study.vic.snow_steps_per_day,
                    ends_record=day == record.end,
                )
    if len(report.errors) == known:
        report.good.append(
            f"forcing: {len(files)} file(s) of {study.products.forcing.product}, {record.start} to "
            f"{record.end}, first and last day complete in every active cell"
        )
