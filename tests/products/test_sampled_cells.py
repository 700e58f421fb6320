"""Domains of sampled cells and of points."""

import numpy as np
import pytest
from pydantic import ValidationError

from paramscape.grid.sphere import cell_area
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.domain import read_domain
from paramscape.products.sampled_cells import blocks
from paramscape.study import BlocksDomain, PointsDomain

NLDAS = {"west": -125.0, "east": -67.0, "south": 25.0, "north": 53.0, "resolution": 0.125}


def of_grid(grid=NLDAS, **settings):
    given = {"kind": "blocks", "grid": grid, "block": 8, "neighbours": []} | settings
    return BlocksDomain.model_validate(given)


def cells_of(domain, name="mask"):
    """Latitudes and longitudes of the cells where a field is above 0."""
    rows, columns = np.nonzero(domain[name].values > 0)
    return set(zip(domain.lat.values[rows], domain.lon.values[columns], strict=True))


def test_sites_of_the_paper_are_sampled():
    # Li and Lu (2023), Figure 8.
    domain = read_domain(of_grid())
    assert domain.mask.shape == (28, 58) and int(domain.mask.sum()) == 1624
    sites = {(37.9375, -121.9375), (34.9375, -90.9375), (50.9375, -80.9375)}
    assert sites <= cells_of(domain)


def test_cells_of_eight_are_among_cells_of_four():
    assert cells_of(read_domain(of_grid())) < cells_of(read_domain(of_grid(block=4)))


@pytest.mark.parametrize(("block", "count"), [(8, 1273), (4, 5054)])
def test_a_real_granule_has_data_in_most_sampled_cells(shared, block, count):
    (granule,) = (shared / "samples/nldas").glob("*FORA*.nc*")
    mask = {"path": granule, "variable": "Tair"}
    assert int(read_domain(of_grid(block=block, mask=mask)).mask.sum()) == count


def test_a_smaller_box_has_the_same_cells():
    box = {"west": -100.5, "east": -92.0, "south": 33.0, "north": 39.625, "resolution": 0.125}
    whole = read_domain(of_grid(neighbours=[[1, 1], [-2, 3]]))
    part = read_domain(of_grid(box, neighbours=[[1, 1], [-2, 3]]))
    inside = {
        (lat, lon)
        for lat, lon in cells_of(whole, "sampled")
        if 33.0 < lat < 39.625 and -100.5 < lon < -92.0
    }
    assert cells_of(part, "sampled") == inside
    assert cells_of(part) < cells_of(whole)


def test_axes_hold_only_rows_and_columns_of_cells():
    domain = read_domain(of_grid(neighbours=[[1, 1]]))
    assert domain.mask.shape == (56, 116)
    assert int(domain.mask.sum()) == 2 * 1624 and int(domain.sampled.sum()) == 1624
    assert domain.attrs["resolution"] == 0.125
    assert not np.allclose(np.diff(domain.lat), 0.125)


def test_area_is_that_of_a_cell_of_the_grid():
    domain = read_domain(of_grid(neighbours=[[3, 3]]))
    lat = domain.lat.values[0]
    area = cell_area(np.array([lat - 0.0625, lat + 0.0625]), np.array([0.0, 0.125]))
    np.testing.assert_allclose(domain.area[0], area[0, 0])


def test_box_reaches_to_the_edges_of_the_outer_cells():
    box = Box.of(read_domain(of_grid()))
    edges = box.west, box.south, box.east, box.north
    assert edges == (-125.0, 53.0 - 27 * 1.0 - 0.125, -125.0 + 57 + 0.125, 53.0)
    assert len(box.rows) == 28 and len(box.columns) == 58


def test_corner_may_be_any_cell_of_the_block():
    centre = read_domain(of_grid(corner="centre"))
    assert cells_of(centre) == cells_of(read_domain(of_grid(corner={"row": 4, "column": 4})))
    assert centre.lat.values[-1] == 53.0 - 4.5 * 0.125
    with pytest.raises(ValidationError, match="row 8, column 0, but a block has 8"):
        of_grid(corner={"row": 8, "column": 0})


SMALL = {"west": -125.0, "east": -124.0, "south": 52.0, "north": 53.0, "resolution": 0.125}


def test_a_neighbour_without_data_is_replaced_clockwise():
    settings = of_grid(SMALL, block=4, corner={"row": 1, "column": 1}, neighbours=[[1, 1]])
    there = np.ones((8, 8), bool)
    assert cells_of(blocks(settings, there)) >= {(53 - 2.5 / 8, -125 + 2.5 / 8)}
    north = there[::-1]
    north[2, 2] = north[2, 1] = False  # south-east and south of cell (1, 1)
    found = cells_of(blocks(settings, there))
    assert (53 - 2.5 / 8, -125 + 0.5 / 8) in found  # south-west
    assert len(found) == 8


def test_a_cell_without_any_neighbour_has_none():
    settings = of_grid(SMALL, block=4, corner={"row": 1, "column": 1}, neighbours=[[1, 1]])
    there = np.zeros((8, 8), bool)
    there[::-1][1, 1] = True
    assert len(cells_of(blocks(settings, there))) == 1


def test_no_neighbour_is_a_sampled_cell():
    domain = read_domain(of_grid(SMALL, block=2, neighbours=[[0, 2]]))
    assert int(domain.sampled.sum()) == 16
    sampled = cells_of(domain, "sampled")
    assert all(cell not in sampled for cell in cells_of(domain) - sampled)


def test_blocks_without_data_are_refused():
    with pytest.raises(ValueError, match="none of the 1 sampled cells"):
        blocks(of_grid(SMALL), np.zeros((8, 8), bool))


def test_a_grid_beside_the_lattice_of_the_anchor_is_refused():
    with pytest.raises(ValidationError, match=r"domain\.anchor\.west"):
        of_grid(SMALL | {"west": -125.05, "east": -124.05})
    of_grid(SMALL | {"west": -125.05, "east": -124.05}, anchor={"west": -125.05, "north": 53})


PLACES = [
    {"name": "a", "latitude": 40.0, "longitude": -100.0},
    {"name": "b", "latitude": 40.0, "longitude": -90.0},
    {"name": "c", "latitude": 30.0, "longitude": -95.0},
]


def test_points_are_cells_of_their_own():
    settings = PointsDomain.model_validate({"kind": "points", "points": PLACES, "resolution": 0.25})
    domain = read_domain(settings)
    assert cells_of(domain) == {(40.0, -100.0), (40.0, -90.0), (30.0, -95.0)}
    assert domain.mask.shape == (2, 3)
    box = Box.of(domain)
    assert (box.west, box.south, box.east, box.north) == (-100.125, 29.875, -89.875, 40.125)


def test_points_of_a_table_are_those_of_the_list(tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("name,latitude,longitude\na,40,-100\nb,40,-90\nc,30,-95\n")
    of_table = PointsDomain(kind="points", points=table, resolution=0.25)
    of_list = PointsDomain.model_validate({"kind": "points", "points": PLACES, "resolution": 0.25})
    assert read_domain(of_table).identical(read_domain(of_list))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,lat\na,40\n", "lacks the column latitude"),
        ("name,latitude,longitude\na,400,-100\n", "line 2 is not a point"),
        ("name,latitude,longitude\n", "there is no point"),
    ],
)
def test_a_wrong_table_of_points_is_refused(tmp_path, text, message):
    table = tmp_path / "points.csv"
    table.write_text(text)
    with pytest.raises(ProductError, match=message):
        read_domain(PointsDomain(kind="points", points=table, resolution=0.25))


def test_two_points_at_one_place_are_refused():
    twice = [*PLACES, PLACES[0] | {"name": "d"}]
    settings = PointsDomain.model_validate({"kind": "points", "points": twice, "resolution": 0.25})
    with pytest.raises(ValueError, match="a and d are the same place"):
        read_domain(settings)
