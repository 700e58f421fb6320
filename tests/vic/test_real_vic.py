"""The real VIC program, where VIC_IMAGE_EXE names it, run and judged by the adapter."""

import os
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.executable import VicImage
from paramscape.study import Period, Periods, Vic
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import Options
from paramscape.vic.executable import CaseFiles, ExecutableError, Program, run_case
from paramscape.vic.executable.check_outputs import BALANCE
from paramscape.vic.image.global_file import read_global_file
from paramscape.vic.image.write_global import ImageCase


@pytest.fixture(scope="module")
def real() -> Path:
    """The real program."""
    path = os.environ.get("VIC_IMAGE_EXE")
    if not path:
        pytest.skip("VIC_IMAGE_EXE does not name the real VIC program (vic_image.exe)")
    return Path(path)


def reference(shared: Path, name: str) -> tuple[Path, CaseFiles]:
    """The folder of a reference case, and its files."""
    folder = shared / "vic-reference" / name
    with (
        xr.open_dataset(folder / "domain.nc") as domain,
        xr.open_dataset(folder / "params.nc", decode_times=False) as params,
    ):
        years = {int(path.stem[-4:]): path for path in folder.glob("forcing.*.nc")}
        return folder, CaseFiles(domain.load(), params.load(), years)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("huaihe-daily", date(2010, 1, 31)),
        ("findley-lake-daily", date(1971, 2, 28)),
        ("stehekin-hourly-bands", date(1949, 1, 10)),
        ("walnut-gulch-3hourly", date(2008, 1, 31)),
        ("cold-plains-3hourly", date(2011, 4, 30)),
    ],
)
def test_the_program_gives_the_reference_through_the_adapter(real, shared, tmp_path, name, last):
    folder, files = reference(shared, name)
    run = read_global_file(folder / "global.txt")
    start = date(run.start.year, run.start.month, run.start.day)
    case = ImageCase(run.options, start, last, BALANCE)
    water = run_case(case, files, Program(real), tmp_path / "run folder")
    active = (files.domain["mask"].values > 0) & (files.params["run_cell"].values > 0)
    with xr.open_dataset(folder / "fluxes.nc", decode_times=False) as fluxes:
        for output in BALANCE:
            theirs = fluxes[output].values[: case.days][..., active]
            theirs = np.moveaxis(theirs, 1, -1) if theirs.ndim == 3 else theirs
            np.testing.assert_allclose(water[output], theirs, rtol=0, atol=1e-9, err_msg=output)


@pytest.fixture(scope="module")
def periods() -> Periods:
    days = ("2009-01-01", "2009-02-28", "2009-03-31", "2009-04-30", "2009-05-31")
    names = ("warmup", "train", "validation", "test")
    ends = np.array(days, dtype="datetime64[D]")
    starts = np.concatenate([ends[:1], ends[1:-1] + 1])
    spans = zip(names, starts, ends[1:], strict=True)
    return Periods(**{n: Period(start=a.item(), end=b.item()) for n, a, b in spans})


@pytest.fixture
def study(shared) -> tuple[Cells, CaseFiles, torch.Tensor]:
    """Cells, files and calibrated parameters of huaihe-daily."""
    _, files = reference(shared, "huaihe-daily")
    cells = Cells.of(files.domain)
    depth = cells.gather(files.params["depth"].transpose("nlayer", "lat", "lon"))
    fields = {"depth2": depth[1], "depth3": depth[2]}
    fields["expt"] = cells.gather(files.params["expt"].transpose("nlayer", "lat", "lon"))[0]
    fields |= {n: cells.gather(files.params[n]) for n in ("infilt", "Ds", "Dsmax", "Ws")}
    values = np.stack([fields[name] for name in GAN_PO_PARAMETERS], -1)
    values[:, 0] *= 1.1
    return cells, files, torch.from_numpy(values)


def test_verification_in_the_real_program_equals_that_in_the_embedded_one(
    real, study, periods, tmp_path
):
    cells, files, values = study
    simulator = VicImage(Program(real), files, Vic(), periods, tmp_path / "run folder")
    theirs = simulator.run(values, periods.scored)
    with xr.open_dataset(files.forcing[2009]) as forcing:
        engine = Engine.of(files.params, forcing.load(), cells, Vic(), GAN_PO_PARAMETERS)
    ours = engine.run(values, periods.warmup.start, periods.scored)
    for target, value in theirs.items():
        torch.testing.assert_close(ours[target], value, rtol=0, atol=1e-7)


def test_two_processes_give_the_same_as_one(real, study, tmp_path):
    if shutil.which("mpirun") is None:
        pytest.skip("there is no mpirun")
    _, files, _ = study
    mpirun = ("mpirun", "--oversubscribe")
    if os.geteuid() == 0:
        mpirun = (*mpirun, "--allow-run-as-root")
    case = ImageCase(Options(), date(2009, 1, 1), date(2009, 1, 31), BALANCE)
    alone = run_case(case, files, Program(real), tmp_path / "one")
    together = run_case(case, files, Program(real, 2, mpirun), tmp_path / "two")
    for output in BALANCE:
        np.testing.assert_array_equal(alone[output], together[output])


def test_melt_of_thin_snow_that_vic_loses_at_zero_degrees_is_no_leak(real, study, tmp_path):
    _, files, _ = study
    with xr.open_dataset(files.forcing[2009]) as forcing:
        rounded = forcing.assign(tas=forcing["tas"].round()).sel(time="2009-01")
        rounded.to_netcdf(tmp_path / "forcing.2009.nc")
    full = files.params.assign(fcanopy=files.params["fcanopy"] * 0 + 1)
    case = ImageCase(
        Options(fcan_src="FROM_VEGPARAM"), date(2009, 1, 1), date(2009, 1, 31), BALANCE
    )
    whole = CaseFiles(files.domain, full, {2009: tmp_path / "forcing.2009.nc"})
    water = run_case(case, whole, Program(real), tmp_path / "run")
    change = water["OUT_SOIL_MOIST"].sum(-1) + water["OUT_SWE"] + water["OUT_WDEW"]
    change = np.diff(change + water["OUT_SNOW_CANOPY"], axis=0)
    fluxes = water["OUT_PREC"] - water["OUT_EVAP"] - water["OUT_RUNOFF"] - water["OUT_BASEFLOW"]
    assert 0.1 < (fluxes[1:] - change).max() < 1.1


def test_the_programs_own_reason_is_shown(real, study, tmp_path, monkeypatch):
    _, files, _ = study
    monkeypatch.setattr("paramscape.vic.image.write_global.RESULTS", "nowhere")
    case = ImageCase(Options(), date(2009, 1, 1), date(2009, 1, 31), BALANCE)
    with pytest.raises(ExecutableError, match=r"exit status 1: .*Permission denied|Error creating"):
        run_case(case, files, Program(real), tmp_path / "run")
    assert (tmp_path / "run" / "vic.log").is_file()
