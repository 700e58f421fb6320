"""A check opens every file and tells, in one line each, what would fail."""

import numpy as np
import pytest

FORCING = "forcing.2009.nc"
WIND = "raw/cmfd/Wind/wind_CMFD_V0106_B-01_03hr_010deg_200906.nc"
RAIN = "raw/cmfd/Prec/prec_CMFD_V0106_B-01_03hr_010deg_200906.nc"


def with_units(variable, units):
    def change(dataset):
        dataset[variable].attrs["units"] = units

    return change


def with_value(variable, value, *place):
    def change(dataset):
        dataset[variable] = dataset[variable].copy()
        dataset[variable].values[(..., *place)] = value

    return change


def with_calendar(name):
    def change(dataset):
        dataset["time"].attrs["calendar"] = name

    return change


def without_records(*records):
    return lambda d: d.isel(time=np.setdiff1d(np.arange(d.sizes["time"]), records))


def moved(**degrees):
    return lambda d: d.assign_coords({a: d[a] + by for a, by in degrees.items()})


def swapped(dataset):
    dataset["lat"].attrs, dataset["lon"].attrs = dataset["lon"].attrs, dataset["lat"].attrs
    return dataset.rename(lat="lon", lon="lat")


def unobserved(dataset):
    dataset["evap"].values[:, 1, 2] = np.nan


def without(variable):
    return lambda dataset: dataset.drop_vars(variable)


def thick_first_layer(dataset):
    dataset["depth"].values[0] = 0.15


BROKEN = {
    "an unknown unit": (FORCING, with_units("tas", "furlong"), (FORCING, "tas", "'furlong'")),
    "Celsius called kelvin": (FORCING, with_units("tas", "K"), ("tas", "says kelvin")),
    "kPa called Pa": (FORCING, with_units("pres", "Pa"), ("pres", "cell (lat", "kPa but says Pa")),
    "a variable that is not there": (
        FORCING, without("wind"), (FORCING, "products.forcing.names.wind"),
    ),
    "a record that is missing": (FORCING, without_records(13), ("2009-06-04 06:00", "missing")),
    "a period beyond the record": (
        FORCING, without_records(*range(52, 56)), ("2009-06-14", "4 of 56 records are missing"),
    ),
    "a calendar without real days": (FORCING, with_calendar("360_day"), ("time", "360_day")),
    "forcing of another place": (FORCING, moved(lat=20.0), ("lat", "grid covers", "52")),
    "latitude and longitude swapped": (FORCING, swapped, (FORCING, "lat", "114")),
    "a cell without forcing": (
        FORCING, with_value("tas", np.nan, 1, 2), ("tas", "32.375", "missing in 1 of"),
    ),
    "observations in kelvin": ("et.nc", with_units("evap", "K"), ("et.nc", "evap", "'K'")),
    "observations of another place": ("et.nc", moved(lon=40.0), ("et.nc", "lon")),
    "observations of other years": ("et.nc", moved(time=3650), ("et",)),
    "no observation to test with": (
        "et.nc", without_records(*range(10, 14)),
        ("products.observations.et", "no observation in periods.test"),
    ),
    "a parameter that is missing": (
        "params.nc", with_value("Ws", np.nan, 1, 2), ("params.nc", "Ws", "32.375"),
    ),
    "a variable that VIC needs": ("params.nc", without("Ds"), ("params.nc", "Ds", "no such")),
    "parameters of another place": ("params.nc", moved(lon=1.0), ("params.nc", "lon", "114.125")),
    "a cell that VIC does not run": (
        "params.nc", with_value("run_cell", 0, 1, 2), ("run_cell is 0 in 1 active",),
    ),
    "a first layer that priors do not allow": (
        "params.nc", thick_first_layer, ("params.nc", "Set priors.depth2.low to 0.15"),
    ),
    "a domain without a mask": ("domain.nc", without("mask"), ("domain.nc", "mask")),
    "a domain without a cell": ("domain.nc", with_value("mask", 0), ("no cell is active",)),
    "soil in millimetres": ("soil.nc", with_units("sand", "mm"), ("soil.nc", "sand", "'mm'")),
    "more soil than there is": (
        "soil.nc", with_value("clay", 130.0, 1, 2), ("soil.nc", "clay", "outside 0 to 100"),
    ),
    "a cell without soil": ("soil.nc", with_value("sand", np.nan, 1, 2), ("soil.nc", "sand")),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_of_vics_kind_is_told_in_one_line(vic_files, check, fault) -> None:
    name, change, words = BROKEN[fault]
    vic_files.edit(name, change)
    said = check()
    assert said.status == 1
    for word in words:
        assert word in said.errors[0], said.errors
    assert "would fail" in said.err


@pytest.mark.parametrize("name", [FORCING, "et.nc", "params.nc", "domain.nc", "soil.nc"])
def test_a_truncated_file_is_named(vic_files, check, name) -> None:
    vic_files.cut(name)
    said = check()
    assert said.status == 1
    assert any(name in line and "fetch the file again" in line for line in said.errors)


def test_what_is_well_is_summed_up(vic_files, check) -> None:
    said = check()
    assert said.status == 0 and not said.err
    for part in (
        "settings of small are valid (profile paper); 7 raw file(s) are there",
        "domain: 10 active cells of 3 x 4",
        "forcing: 1 file(s) of vic, 2009-06-01 to 2009-06-14",
        "within VIC's rules in every active cell",
        "attribute sand: sand of soil.nc",
        "MPR: 10 pixels of soil",
        "observations: et, 7 of 7 days in train, 4 of 4 days in test",
        "warning: MPR: the files of sand, clay, soil_depth are no finer than the study's cells",
    ):
        assert part in said.out


def test_all_that_would_fail_is_listed_with_what_is_missing(vic_files, check) -> None:
    vic_files.edit(FORCING, with_units("tas", "furlong"))
    vic_files.edit(FORCING, with_units("vp", "furlong"))
    vic_files.edit("params.nc", with_value("Ws", np.nan, 1, 2))
    vic_files.cut("soil.nc")
    (vic_files.folder / "et.nc").unlink()
    said = check()
    assert [line.split(",")[0].split(":")[1].strip() for line in said.errors] == [
        FORCING, FORCING, "params.nc", "soil.nc",
    ]  # fmt: skip
    assert "1 raw file(s) of this study are missing" in said.err
    assert "small would fail: 4 error(s), 1 missing file(s)" in said.err


def test_without_a_domain_the_other_files_are_opened_all_the_same(vic_files, check) -> None:
    (vic_files.folder / "domain.nc").unlink()
    vic_files.edit(FORCING, with_units("tas", "furlong"))
    vic_files.edit("et.nc", with_units("evap", "K"))
    said = check()
    assert [FORCING in said.errors[0], "et.nc" in said.errors[1]] == [True, True]
    assert "not compared with its cells" in said.out


def test_cells_without_observations_are_told(vic_files, check) -> None:
    vic_files.edit("et.nc", unobserved)
    assert "1 of 10 active cells have no observation of et in periods.train" in check().out


def test_a_study_of_cmfd_is_well(cmfd_files, check) -> None:
    said = check()
    assert said.status == 0, said.err
    for part in ("forcing: 7 file(s) of cmfd-v1.6", "soil: raw/soil-hydraulic", "land cover: raw"):
        assert part in said.out


CMFD_BROKEN = {
    "an unknown unit": (WIND, with_units("wind", "knots of yore"), "knots of yore"),
    "another month": (WIND, moved(time=24 * 40), "time"),
    "a record that is missing": (WIND, without_records(9), "1 of 240 records are missing"),
    "a part of the domain": (WIND, lambda d: d.isel(lat=slice(0, 4)), "the grid covers lat"),
    "a missing variable": (RAIN, without("prec"), "prec: the file has no such variable"),
    "negative rain": (RAIN, with_value("prec", -32000), "prcp is -"),
    "soil of another scale": (
        "raw/soil-hydraulic/TH33.nc", with_value("TH33", 300.0), "TH33",
    ),
    "an unknown class": ("raw/land-cover.nc", with_value("land_cover", 77), "77 is no class"),
    "elevation in feet": (
        "raw/cmfd/elev_ITPCAS-CMFD_V0106_B-01_010deg.nc", with_units("elev", "cubits"), "cubits",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", CMFD_BROKEN)
def test_a_broken_file_of_a_product_is_told_in_one_line(cmfd_files, check, fault) -> None:
    name, change, words = CMFD_BROKEN[fault]
    cmfd_files.edit(name, change)
    said = check()
    assert said.status == 1
    assert any(name in line and words in line for line in said.errors), said.err


def test_every_broken_month_is_told_while_another_is_missing(cmfd_files, check) -> None:
    cmfd_files.edit(WIND, with_units("wind", "knots of yore"))
    cmfd_files.cut(RAIN)
    (cmfd_files.folder / WIND.replace("wind", "temp").replace("Wind", "Temp")).unlink()
    said = check()
    assert sorted(f in line for line in said.errors for f in (WIND, RAIN)) == [
        False, False, True, True,
    ]  # fmt: skip
    assert "temp_CMFD_V0106_B-01_03hr_010deg_200906.nc" in said.err
