"""State files: a restart goes on as if uninterrupted, with our own files and with VIC's."""

import os
import subprocess

import netCDF4
import numpy as np
import pytest
import torch
import xarray as xr
from global_lines import change_global

from paramscape.vic import State, initial_state
from paramscape.vic.image import StateLayout, read_case, read_state, run_global, write_state
from paramscape.vic.image.global_file import read_global_file

CASE = "stehekin-hourly-bands"
NAMES = ("SWE", "SNOW_CANOPY", "SOIL_MOIST", "EVAP", "SNOW_DEPTH", "DELSWE", "WATER_ERROR")
OUTPUT = [
    "OUTFILE whole",
    "AGGFREQ NSTEPS 1",
    *(f"OUTVAR OUT_{name} * OUT_TYPE_DOUBLE" for name in NAMES),
]
SAVED = {"STATENAME": "./state", "STATEYEAR": 1949, "STATEMONTH": 1, "STATEDAY": 2,
         "STATESEC": 39600}  # fmt: skip
FILE = "state.19490102_39600.nc"


def restart(folder, name="again", **options):
    change_global(folder / "global.txt", [], STATENAME=None, STARTDAY=2, STARTSEC=39600,
                  INIT_STATE=FILE, **options)  # fmt: skip
    text = (folder / "global.txt").read_text()
    (folder / "global.txt").write_text(text.replace("OUTFILE whole", f"OUTFILE {name}"))


def histories(folder, first, second):
    """The two runs' records of the common times, by variable."""
    opened = [
        xr.open_dataset(next(folder.glob(f"{n}.*")), decode_times=False) for n in (first, second)
    ]
    common = opened[1]["time"].values
    for name in opened[0].data_vars:
        yield name, *(ds[name].sel(time=common).values for ds in opened)
    for ds in opened:
        ds.close()


def test_a_restart_gives_the_bytes_of_an_uninterrupted_run(prepared):
    folder = prepared(CASE, OUTPUT, ENDDAY=3, **SAVED)
    written = run_global("global.txt")
    assert [path.name for path in written] == ["whole.1949-01-01-00000.nc", FILE]
    restart(folder)
    run_global("global.txt")
    for name, whole, again in histories(folder, "whole", "again"):
        np.testing.assert_array_equal(whole, again, err_msg=name)


@pytest.fixture
def layout(prepared):
    """Layout of a short case, and its working directory."""
    folder = prepared(CASE, OUTPUT, ENDDAY=2, **SAVED)
    run = read_global_file("global.txt")
    parameters, grid = read_case(run)
    return StateLayout(parameters, run.options, grid), run, folder


def drawn(layout: StateLayout) -> State:
    """A state with every variable different from 0, as consistent as a file demands."""
    state = initial_state(layout.parameters, layout.options)
    generator = torch.Generator().manual_seed(7)
    values = torch.rand(state.values.shape, generator=generator, dtype=torch.float64) + 0.1
    by_name = State(values)
    for name in ("snow_age", "melting", "snow_cover"):
        by_name[name].copy_((by_name[name] * 2).round())
    by_name["snow_depth"].copy_(1000.0 * by_name["snow_water"] / by_name["snow_density"])
    return by_name


@pytest.mark.parametrize("file_format", ["NETCDF3_CLASSIC", "NETCDF4_CLASSIC", "NETCDF4"])
def test_every_variable_of_the_state_survives_the_file(layout, tmp_path, file_format):
    where, run, _ = layout
    state = drawn(where)
    path = write_state(tmp_path / "s.nc", state, where, run.start, file_format)
    torch.testing.assert_close(read_state(path, where).values, state.values, rtol=0, atol=0)
    with netCDF4.Dataset(path) as ds:
        assert ds.data_model == file_format


def test_a_file_without_the_melt_kept_in_the_canopy_starts_without_it_as_vic_does(layout, tmp_path):
    where, run, _ = layout
    state = drawn(where)
    path = write_state(tmp_path / "s.nc", state, where, run.start, "NETCDF4")
    with xr.open_dataset(path, decode_times=False) as ds:
        like_vic = ds.load().drop_vars(["STATE_CANOPY_MELT_STORAGE", "STATE_SNOW_ALBEDO"])
    like_vic.to_netcdf(tmp_path / "vic.nc")
    read = read_state(tmp_path / "vic.nc", where)
    assert (read["melt_storage"] == 0).all()
    torch.testing.assert_close(read["snow_water"], state["snow_water"], rtol=0, atol=0)


def test_the_soil_nodes_and_dimensions_are_those_that_vic_checks(layout, tmp_path):
    where, run, _ = layout
    path = write_state(tmp_path / "s.nc", drawn(where), where, run.start)
    with netCDF4.Dataset(path) as ds:
        sizes = {name: len(dim) for name, dim in ds.dimensions.items()}
        assert sizes == {"time": 1, "lon": 5, "lat": 4, "veg_class": 12, "snow_band": 5,
                         "nlayer": 3, "frost_area": 1, "soil_node": 3}  # fmt: skip
        top = where.parameters.soil["depth"][:, 0].numpy()
        damping = where.parameters.soil["dp"].numpy()
        active = where.grid.active
        np.testing.assert_array_equal(ds["node_depth"][:][:, active], [0 * top, top, damping])
        np.testing.assert_array_equal(
            ds["dz_node"][:][:, active], [top, top, 2.0 * (damping - 1.5 * top)]
        )
        bands = ds["STATE_SNOW_WATER_EQUIVALENT"][:][:, 4, 1, 1]
        assert (bands.compressed() == 0).all(), "bands without area hold 0"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda ds: ds.drop_vars("STATE_SNOW_AGE"), "no variable STATE_SNOW_AGE"),
        (lambda ds: ds.isel(veg_class=slice(1, None)), "dimension veg_class is 11; .* have 12"),
        (lambda ds: ds.isel(snow_band=[0]), "dimension snow_band is 1; .* have 5"),
        (lambda ds: ds.assign_coords(lat=ds.lat + 0.1), "its lat differs from the domain's"),
        (lambda ds: ds.assign(dz_node=ds.dz_node * 1.1), "dz_node is .* state of the same soil"),
        (
            lambda ds: ds.assign(STATE_SOIL_MOISTURE=ds.STATE_SOIL_MOISTURE - 500),
            r"STATE_SOIL_MOISTURE is -\d+\.\d+ \[mm\] in cell 0 \(latitude",
        ),
        (
            lambda ds: ds.assign(STATE_CANOPY_WATER=ds.STATE_CANOPY_WATER.where(ds.lat > 48.3)),
            r"STATE_CANOPY_WATER is missing in cell \d+ \(latitude 48.*class 1, band 0",
        ),
    ],
)
def test_a_state_of_another_set_up_is_refused_with_the_place(layout, tmp_path, spoil, message):
    where, run, _ = layout
    path = write_state(tmp_path / "s.nc", drawn(where), where, run.start, "NETCDF4")
    with xr.open_dataset(path, decode_times=False) as ds:
        spoil(ds.load()).to_netcdf(tmp_path / "bad.nc")
    with pytest.raises(ValueError, match=message):
        read_state(tmp_path / "bad.nc", where)


def test_a_state_of_several_members_is_not_written(layout, tmp_path):
    where, run, _ = layout
    both = State.stack([drawn(where), drawn(where)])
    with pytest.raises(ValueError, match="without members is needed"):
        write_state(tmp_path / "s.nc", both, where, run.start)
    assert not list(tmp_path.glob("s.nc*"))


@pytest.mark.skipif("VIC_IMAGE_EXE" not in os.environ, reason="VIC_IMAGE_EXE names no program")
@pytest.mark.parametrize("first", ["ours", "vic"])
def test_either_program_goes_on_from_the_others_state(prepared, first):
    def vic(_):
        program = [os.environ["VIC_IMAGE_EXE"], "-g", "global.txt"]
        subprocess.run(program, check=True, capture_output=True)

    runs = [run_global, vic] if first == "ours" else [vic, run_global]
    folder = prepared(CASE, OUTPUT, ENDDAY=3, **SAVED)
    runs[0]("global.txt")
    restart(folder)
    runs[1]("global.txt")
    for name, whole, again in histories(folder, "whole", "again"):
        np.testing.assert_allclose(again, whole, rtol=0, atol=1e-9, err_msg=name)
