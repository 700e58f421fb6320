"""Tests of the observed target: its files, and the observed days of the active cells."""

import numpy as np
import xarray as xr

from paramscape.check.headers import some_looks, take_looks
from paramscape.check.report import Finding, Report
from paramscape.prepare.observations import prepare_observations
from paramscape.prepare.towers import prepare_towers
from paramscape.products.bounding_box import Box
from paramscape.products.catalogue import observation_files
from paramscape.products.flux_tower.read import read_tower
from paramscape.products.looks import first_days, is_read_whole
from paramscape.products.observations import looks_at_observations
from paramscape.study import FluxTowerObservations, Study

_USUAL_TEMPERATURE = 15.0  # [C]; has no effect on which days are observed


def check_observations(study: Study, box: Box, domain: xr.Dataset | None, report: Report) -> None:
    """Test the files of the calibration target that exist."""
    target = study.calibration.target
    settings, days = study.products.observations[target], study.periods.scored
    files = observation_files(study, target)
    present = [f for f in files if not f.made and f.path.is_file()]
    if settings.form == "points":
        _check_towers(study, settings, domain, report)
    if settings.form not in ("grid", "pixels") or not present:
        return
    known = len(report.errors)
    take_looks(some_looks(looks_at_observations(settings, target, days, box)).looks, report)
    if len(report.errors) > known or len(present) < len(files) or domain is None:
        return
    whole = is_read_whole(f.path for f in present)
    with report.watch():
        read = days if whole else first_days(study.periods.train)
        observed = prepare_observations(settings, target, read, domain)[target]
        if whole:
            _count_days(study, observed, domain, report)
        else:
            report.good.append(f"observations: {len(files)} file(s) of {target}")


def _check_towers(
    study: Study, settings: FluxTowerObservations, domain: xr.Dataset | None, report: Report
) -> None:
    """Read each tower's file, and count the days on which its cell is observed."""
    days, known = study.periods.scored, len(report.errors)
    for path in settings.files:
        if path.is_file():
            with report.watch():
                read_tower(settings, path, days)
    if domain is None or len(report.errors) > known or not all(p.is_file() for p in settings.files):
        return
    with report.watch():
        times = np.arange(days.start, np.datetime64(days.end) + 1, dtype="M8[D]").astype("M8[ns]")
        warm = xr.full_like(domain["area"], _USUAL_TEMPERATURE, float).expand_dims(time=times)
        observed = prepare_towers(settings, days, domain, warm.to_dataset(name="tas"))
        _count_days(study, observed["et"], domain, report)


def _count_days(study: Study, observed: xr.DataArray, domain: xr.Dataset, report: Report) -> None:
    """Refuse a period without observations, and warn of cells without any."""
    target, active = study.calibration.target, domain["mask"].values > 0
    told = []
    for name, period in study.periods.named.items():
        if name == "warmup":
            continue
        values = observed.sel(time=period.slice).transpose("time", "lat", "lon").values[:, active]
        present = np.isfinite(values)
        days, never = int(present.any(1).sum()), int((~present.any(0)).sum())
        told.append(f"{days} of {period.days} days in {name}")
        if not days:
            report.error(
                Finding(
                    f"{target} has no observation in periods.{name} ({period.start} to "
                    f"{period.end}) in any active cell",
                    f"products.observations.{target}",
                    cure=f"choose periods.{name} where there are observations",
                )
            )
        elif never:
            report.warn(
                Finding(
                    f"{never} of {active.sum()} active cells have no observation of {target} in "
                    f"periods.{name}: they are not scored or learned from there"
                )
            )
    report.good.append(f"observations: {target}, {', '.join(told)}")
