"""SMAP L3 Enhanced: grid, quality, days of passes, versions of a day, and what is refused."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from smap_files import Granule

from paramscape.prepare.observations import prepare_observations
from paramscape.products import ProductError
from paramscape.products.listing import Listing
from paramscape.products.smap import ease_grid
from paramscape.products.smap.ease_grid import PIXEL, CellWeights, latitudes, longitudes, projected
from paramscape.products.smap.files import observation_files
from paramscape.products.smap.read import looks_at_observations, read_on_cells
from paramscape.study import Period, SmapObservations

SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples/smap"
DAY = date(2016, 6, 1)
ONE_DAY = Period(start=DAY, end=DAY)
WINDOW = slice(300, 360), slice(880, 1000)  # around 34.9 N, 90.9 W
LAT, LON = np.array([34.8125, 34.9375]), np.array([-91.0625, -90.9375])


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "smap"


@pytest.fixture
def domain():
    """Two by two cells of 0.125 degree."""
    mask = (("lat", "lon"), np.ones((2, 2), "i4"))
    return xr.Dataset({"mask": mask}, coords={"lat": LAT, "lon": LON})


def granule(folder, day=DAY, **kwargs):
    return Granule(folder, day, WINDOW, **kwargs)


def settings(folder, **kwargs):
    return SmapObservations(product="smap-l3-e", folder=folder, **kwargs)


def read(folder, domain, period=ONE_DAY, **kwargs):
    return read_on_cells(settings(folder, **kwargs), "soil_moisture", period, domain).values


def test_pixel_centres_are_those_of_the_producer():
    assert latitudes()[0] == pytest.approx(84.65641880, abs=1e-8)
    assert longitudes()[0] == pytest.approx(-179.95331950, abs=1e-8)
    assert latitudes()[-1] == pytest.approx(-84.65641880, abs=1e-8)


@pytest.mark.parametrize(
    ("lat", "lon", "pixel"),
    [(37.9375, -121.9375, (312, 621)), (34.9375, -90.9375, (346, 953)),
     (50.9375, -80.9375, (180, 1061))],
)  # fmt: skip
def test_sites_of_the_paper_lie_in_their_pixels(lat, lon, pixel):
    x, y = projected(np.array([lat]), np.array([lon]))
    row, column = (ease_grid.NORTH - y) // PIXEL, (x - ease_grid.WEST) // PIXEL
    assert (int(row[0]), int(column[0])) == pixel


@pytest.mark.skipif(not SAMPLES.exists(), reason="the real SMAP files are not here")
def test_grid_agrees_with_coordinates_in_a_real_file(monkeypatch):
    monkeypatch.setattr(ease_grid, "PIXEL", 4 * PIXEL)
    monkeypatch.setattr(ease_grid, "SHAPE", ease_grid.SHAPE_36_KM)
    path = SAMPLES / "SC_SPL3SMP_009_prefetch.nc4"
    real = xr.open_dataset(path, group="Soil_Moisture_Retrieval_Data_PM", mask_and_scale=False)
    for name, own in (("latitude_pm", latitudes()[:, None]), ("longitude_pm", longitudes())):
        stored = real[name].values.astype("f8")
        seen = stored > -999
        assert seen.sum() > 1e5
        assert np.abs(np.where(seen, stored - own, 0)).max() < 1e-4
    real.close()


def test_weights_are_shares_of_area_on_the_ellipsoid():
    pyproj = pytest.importorskip("pyproj")
    lat, lon = np.array([[40.0, 40.125]]), np.array([[-100.0, -99.875]])
    weights = CellWeights.of(lat, lon)
    shares = weights.lat.T * weights.lon
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    # the area of the pixel strip with the largest share, clipped to the cell, by geodesics
    row, column = np.unravel_index(shares.argmax(), shares.shape)
    half = np.array([-0.5, 0.5])
    x = ease_grid.WEST + PIXEL * (weights.columns.start + column + 0.5 + half)
    y = ease_grid.NORTH - PIXEL * (weights.rows.start + row + 0.5 - half)
    back = pyproj.Transformer.from_crs(6933, 4326, always_xy=True).transform
    west, east = np.clip(back(x, np.zeros(2))[0], -100, -99.875)
    south, north = np.clip(back(np.zeros(2), y)[1], 40, 40.125)
    geod = pyproj.Geod(ellps="WGS84")

    def area(west, east, south, north):
        along = np.linspace(west, east, 400)
        lons = np.concatenate([along, along[::-1]])
        lats = np.concatenate([np.full(400, south), np.full(400, north)])
        return abs(geod.polygon_area_perimeter(lons, lats)[0])

    expected = area(west, east, south, north) / area(-100, -99.875, 40, 40.125)
    assert shares.max() == pytest.approx(expected, rel=1e-5)


def test_cell_is_the_area_weighted_mean_of_its_pixels(folder, domain):
    rows, columns = np.arange(300, 360)[:, None], np.arange(880, 1000)[None, :]
    values = 0.1 + 0.001 * (rows - 300) + 0.002 * (columns - 880)
    granule(folder).add("am", values).write()
    x, y = projected(LAT[:, None] + [-0.0625, 0.0625], LON[:, None] + [-0.0625, 0.0625])
    # the mean of a linear function over a cell is near its value at the centre, within a pixel
    row = (ease_grid.NORTH - y.mean(1)) / PIXEL - 0.5
    column = (x.mean(1) - ease_grid.WEST) / PIXEL - 0.5
    expected = 0.1 + 0.001 * (row[:, None] - 300) + 0.002 * (column - 880)
    assert read(folder, domain)[0] == pytest.approx(expected, abs=1e-3)


def test_constant_field_stays_constant(folder, domain):
    granule(folder).add("am", 0.25).write()
    assert read(folder, domain)[0] == pytest.approx(np.full((2, 2), 0.25), abs=1e-7)


@pytest.mark.parametrize(("flag", "quality", "kept"), [
    (0, "recommended", True), (8, "recommended", True), (1, "recommended", False),
    (9, "recommended", False), (7, "recommended", False), (65534, "recommended", False),
    (1, "attempted", True), (9, "attempted", True), (3, "attempted", False),
    (5, "attempted", False), (65534, "attempted", False),
])  # fmt: skip
def test_quality_flag_decides_which_pixels_are_kept(folder, domain, flag, quality, kept):
    flags = np.full((60, 120), flag)
    flags[:, :70] = 0  # so that some cell is observed
    granule(folder).add("am", 0.2, flags).write()
    wide = xr.Dataset(
        {"mask": (("lat", "lon"), np.ones((1, 2), "i4"))},
        coords={"lat": LAT[1:], "lon": [-92.0625, -90.0625]},
    ).assign(area=(("lat", "lon"), np.ones((1, 2))))
    wide = wide.reindex(lon=np.arange(-92.0625, -90, 0.125), fill_value=0)
    wide["mask"] = wide["mask"].astype("i4")
    values = read(folder, wide, quality=quality)[0, 0]
    assert np.isfinite(values[0])
    assert np.isfinite(values[-1]) == kept


def test_values_outside_the_valid_range_are_left_out(folder, domain):
    values = np.full((60, 120), 0.3)
    values[:, ::3] = 0.9
    granule(folder).add("am", values).write()
    found = read(folder, domain)[0]
    assert np.isfinite(found).any() and np.nanmax(found) == pytest.approx(0.3)


def test_a_cell_needs_half_of_its_area(folder, domain):
    flags = np.full((60, 120), 1)
    x, _ = projected(LAT, LON + 0.0)
    edge = int((x[0] - ease_grid.WEST) // PIXEL) - 880  # the pixel of the western cell's centre
    flags[:, edge + 1 :] = 0
    granule(folder).add("am", 0.2, flags).write()
    weights = CellWeights.of(LAT[:, None] + [-0.0625, 0.0625], LON[:, None] + [-0.0625, 0.0625])
    kept = flags[:, weights.columns.start - 880 : weights.columns.stop - 880][0] == 0
    share = weights.lon @ kept
    assert 0 < share[0] < 0.5 and share[1] == pytest.approx(1)
    found = read(folder, domain)[0]
    assert np.isnan(found[:, 0]).all() and np.isfinite(found[:, 1]).all()


def test_highest_counter_of_a_day_is_read(folder, domain):
    for counter, value in ((2, 0.3), (1, 0.1), (10, 0.4)):
        granule(folder, counter=counter).add("am", value).write()
    assert read(folder, domain)[0, 0, 0] == pytest.approx(0.4)


def test_highest_release_of_a_day_is_read_unless_one_is_named(folder, domain):
    granule(folder, release="R18290", counter=5).add("am", 0.1).write()
    granule(folder / "2016.06.01", release="R19240").add("am", 0.3).write()
    assert read(folder, domain)[0, 0, 0] == pytest.approx(0.3)
    assert read(folder, domain, release="R18290")[0, 0, 0] == pytest.approx(0.1)


def test_two_releases_in_one_study_are_refused(folder, domain):
    granule(folder, release="R18290").add("am", 0.1).write()
    granule(folder, date(2016, 6, 2), release="R19240").add("am", 0.3).write()
    period = Period(start=DAY, end=date(2016, 6, 2))
    with pytest.raises(ProductError, match="R18290 from 2016-06-01, R19240 from 2016-06-02"):
        read(folder, domain, period)


def test_evening_values_belong_to_the_day_whose_end_is_nearest(folder, domain):
    granule(folder).add("pm", 0.2, hour=1.0).write()  # 01 UTC: the end of 31 May
    granule(folder, date(2016, 6, 2)).add("pm", 0.4, hour=0.5).write()
    period = Period(start=date(2016, 5, 31), end=date(2016, 6, 2))
    found = read(folder, domain, period, passes="pm", most_missing_days=5)[:, 0, 0]
    assert found[:2] == pytest.approx([0.2, 0.4]) and np.isnan(found[2])


def test_evening_values_before_midnight_belong_to_their_own_day(folder, domain):
    granule(folder).add("pm", 0.2, hour=23.5).write()
    assert read(folder, domain, passes="pm")[0, 0, 0] == pytest.approx(0.2)


def test_local_solar_time_decides_where_times_are_missing(folder, domain):
    # 18 h at 91 W is 00:04 UTC of the next day, so a value in the file of 1 June is of 31 May
    granule(folder).add("pm", 0.2, hour=None).write()
    period = Period(start=date(2016, 5, 31), end=DAY)
    found = read(folder, domain, period, passes="pm", most_missing_days=5)[:, 0, 0]
    assert found[0] == pytest.approx(0.2) and np.isnan(found[1])


def test_both_passes_are_averaged(folder, domain):
    granule(folder).add("am", 0.2).add("pm", 0.3, hour=23.0).write()
    assert read(folder, domain, passes="both")[0, 0, 0] == pytest.approx(0.25)


def test_missing_days_are_empty_and_listed(folder, domain, caplog):
    for day in (date(2016, 6, 1), date(2016, 6, 5)):
        granule(folder, day).add("am", 0.2).write()
    found = read(folder, domain, Period(start=DAY, end=date(2016, 6, 5)))[:, 0, 0]
    assert np.isfinite(found).tolist() == [True, False, False, False, True]
    assert "no file on 3 day(s): 2016-06-02 to 2016-06-04" in caplog.text


def test_longer_gaps_than_allowed_are_refused(folder, domain):
    for day in (date(2016, 6, 1), date(2016, 6, 5)):
        granule(folder, day).add("am", 0.2).write()
    period = Period(start=DAY, end=date(2016, 6, 5))
    with pytest.raises(ProductError, match="more than 2 days: 2016-06-02 to 2016-06-04"):
        read(folder, domain, period, most_missing_days=2)


def test_a_study_asks_for_days_of_long_gaps_alone(folder):
    granule(folder).add("am", 0.2).write()
    period = Period(start=DAY, end=date(2016, 6, 4))

    def names(**kwargs):
        chosen = settings(folder, **kwargs)
        files = observation_files(chosen, "soil_moisture", period, Listing())
        return [file.path.name[15:23] for file in files]

    assert names() == ["20160601"]
    assert names(most_missing_days=2) == ["20160601", "20160602", "20160603", "20160604"]


def test_observations_are_prepared_on_the_cells(folder, domain):
    granule(folder).add("am", 0.2, 8).write()
    made = prepare_observations(settings(folder), "soil_moisture", ONE_DAY, domain)
    assert made["soil_moisture"].dims == ("time", "lat", "lon")
    assert made["soil_moisture"].attrs["units"] == "m3 m-3"
    assert made["soil_moisture"].values == pytest.approx(np.full((1, 2, 2), 0.2), abs=1e-6)


def test_missing_group_is_named_with_those_that_exist(folder, domain):
    granule(folder).add("am", 0.2).write()
    with pytest.raises(ProductError, match=r"no group Soil_Moisture_Retrieval_Data_PM.*_Polar_AM"):
        read(folder, domain, passes="pm")


def test_polar_group_is_not_taken_for_the_global_one(folder, domain):
    granule(folder).write()
    with pytest.raises(ProductError, match="no group Soil_Moisture_Retrieval_Data_AM"):
        read(folder, domain)


def test_coarse_product_is_refused_by_name(folder, domain):
    Granule(folder, DAY, (slice(0, 9), slice(0, 9)), shape=(406, 964)).add("am", 0.2).write()
    with pytest.raises(ProductError, match="this is the 36 km product SPL3SMP"):
        read(folder, domain)


def test_other_units_are_refused(folder, domain):
    granule(folder, units="%").add("am", 20.0).write()
    with pytest.raises(ProductError, match=r"'%', not 'cm\*\*3/cm\*\*3'"):
        read(folder, domain)


def test_no_kept_pixel_where_it_is_learned_is_refused(folder, domain):
    flags = np.full((60, 120), 7)
    granule(folder).add("am", 0.2, flags).write()
    with pytest.raises(ProductError, match="no cell that is learned from has a value"):
        read(folder, domain)


def test_a_file_under_the_name_of_another_day_is_refused(folder, domain):
    granule(folder).add("am", 0.2, hour=12.0 + 72).write()
    with pytest.raises(ProductError, match="name says 2016-06-01, but it was observed from 2016"):
        read(folder, domain)


def test_truncated_file_is_refused(folder, domain):
    path = granule(folder).add("am", np.random.default_rng(1).uniform(0.1, 0.4, (60, 120))).write()
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(ProductError, match="fetch the file again"):
        read(folder, domain)


def test_a_file_that_is_not_hdf5_is_refused(folder, domain):
    path = granule(folder).add("am", 0.2).write()
    path.write_text("<html>Earthdata login</html>")
    with pytest.raises(ProductError, match="cannot be opened"):
        read(folder, domain)


def test_a_check_looks_at_every_file(folder):
    for day in (date(2016, 6, 1), date(2016, 6, 2)):
        granule(folder, day).add("am", 0.2).write()
    period = Period(start=DAY, end=date(2016, 6, 2))
    looks = list(looks_at_observations(settings(folder), "soil_moisture", period, None))
    assert [look.path.name[15:23] for look in looks] == ["20160601", "20160602"]
    for look in looks:
        for header in look.headers:
            header()


def test_other_targets_are_refused():
    with pytest.raises(ValueError, match="observes soil_moisture only"):
        settings(Path("x")).require_target("et")


def test_sampled_cells_are_as_large_as_their_grid_says(folder):
    values = np.full((60, 120), 0.2)
    values[:, 66:] = 0.4
    granule(folder).add("am", values).write()
    lon = np.array([-92.0625, -91.0625, -90.9375])  # uneven axes: a block of eight and a neighbour
    mask = (("lat", "lon"), np.ones((1, 3), "i4"))
    sampled = xr.Dataset({"mask": mask}, {"lat": [34.9375], "lon": lon}, {"resolution": 0.125})
    found = read(folder, sampled)[0, 0]
    assert found == pytest.approx([0.2, 0.4, 0.4], abs=1e-6)
