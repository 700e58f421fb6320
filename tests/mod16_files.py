"""A writer of MOD16 tiles in their real layout: HDF4-EOS grid, data sets, metadata."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

SIDE = 1111950.5197665  # of a tile [m]
WEST, NORTH = -20015109.354, 10007554.677  # upper left corner of h00v00 [m]
_STRUCTURE = """GROUP=SwathStructure
END_GROUP=SwathStructure
GROUP=GridStructure
\tGROUP=GRID_1
\t\tGridName="{grid}"
\t\tXDim=2400
\t\tYDim=2400
\t\tUpperLeftPointMtrs=({west:.6f},{north:.6f})
\t\tLowerRightMtrs=({east:.6f},{south:.6f})
\t\tProjection=GCTP_SNSOID
\t\tProjParams=(6371007.181000,0,0,0,0,0,0,0,0,0,0,0,0)
\t\tSphereCode=-1
\t\tGridOrigin=HDFE_GD_UL
\tEND_GROUP=GRID_1
END_GROUP=GridStructure
END
"""
_CORE = """GROUP                  = INVENTORYMETADATA
    OBJECT                 = RANGEBEGINNINGDATE
      NUM_VAL              = 1
      VALUE                = "{start}"
    END_OBJECT             = RANGEBEGINNINGDATE
END_GROUP              = INVENTORYMETADATA
END
"""


@dataclass(frozen=True)
class Tile:
    """A tile to be written.

    et: (row, column) or one stored integer; quality: likewise; the rest as in the real files.
    """

    start: date = date(2017, 1, 1)
    name: str = "h08v05"
    et: np.ndarray | int = 100
    quality: np.ndarray | int = 0
    short_name: str = "MOD16A2GF"
    production: str = "061.2019345123456"
    grid: str = "MOD_Grid_MOD16A2"
    attributes: dict = field(
        default_factory=lambda: {"scale_factor": 0.1, "units": "kg/m^2/8day", "add_offset": 0.0}
    )

    def change(self, **values) -> "Tile":
        """The tile with other values."""
        return replace(self, **values)

    def write(self, folder: Path, like: "Tile | None" = None) -> Path:
        """Write it under its own name, or under that of another tile."""
        from pyhdf.SD import SD, SDC

        named = like or self
        stem = f"{named.short_name}.A{named.start:%Y%j}.{named.name}.{named.production}"
        path = folder / f"{stem}.hdf"
        folder.mkdir(parents=True, exist_ok=True)
        file = SD(str(path), SDC.WRITE | SDC.CREATE | SDC.TRUNC)
        west, north = WEST + int(self.name[1:3]) * SIDE, NORTH - int(self.name[4:6]) * SIDE
        edges = {"west": west, "north": north, "east": west + SIDE, "south": north - SIDE}
        _text(file, "StructMetadata.0", _STRUCTURE.format(grid=self.grid, **edges))
        _text(file, "CoreMetadata.0", _CORE.format(start=self.start))
        _data_set(file, "ET_500m", SDC.INT16, np.asarray(self.et, "i2"), self.attributes)
        _data_set(file, "ET_QC_500m", SDC.UINT8, np.asarray(self.quality, "u1"), {})
        file.end()
        return path


def _text(file, name: str, text: str) -> None:
    from pyhdf.SD import SDC

    file.attr(name).set(SDC.CHAR8, text)


def _data_set(file, name: str, kind: int, values: np.ndarray, attributes: dict) -> None:
    from pyhdf.SD import SDC

    data_set = file.create(name, kind, (2400, 2400))
    data_set.setcompress(SDC.COMP_DEFLATE, 5)
    for key, value in attributes.items():
        data_set.attr(key).set(SDC.CHAR8 if isinstance(value, str) else SDC.FLOAT64, value)
    data_set[:] = np.broadcast_to(values, (2400, 2400)).copy()
    data_set.endaccess()
