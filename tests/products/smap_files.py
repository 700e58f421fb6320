"""Writer of files in the layout of SPL3SMP_E: HDF5 groups without dimension scales."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import h5py
import numpy as np

SHAPE = (1624, 3856)
FILL, FLAG_FILL = -9999.0, 65534
EPOCH = datetime(2000, 1, 1, 12)
GROUPS = {
    "am": ("Soil_Moisture_Retrieval_Data_AM", ""),
    "pm": ("Soil_Moisture_Retrieval_Data_PM", "_pm"),
}


@dataclass
class Granule:
    """A file of one day; `window` (rows, columns) has values, all other pixels are fill."""

    folder: Path
    day: date
    window: tuple[slice, slice]
    release: str = "R19240"
    counter: int = 1
    shape: tuple[int, int] = SHAPE
    units: str = "cm**3/cm**3"
    passes: dict[str, tuple] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Its path under NSIDC's name."""
        return self.folder / (
            f"SMAP_L3_SM_P_E_{self.day:%Y%m%d}_{self.release}_{self.counter:03d}.h5"
        )

    def add(self, name: str, moisture, flag=0, hour: float | None = 12.0) -> "Granule":
        """Values and flags of a pass in the window, observed at an hour of the day (UTC)."""
        self.passes[name] = (moisture, flag, hour)
        return self

    def write(self) -> Path:
        """Write the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with h5py.File(self.path, "w") as file:
            file.create_group("Metadata")
            file.create_group("Soil_Moisture_Retrieval_Data_Polar_AM")
            for name, (moisture, flag, hour) in self.passes.items():
                self._write_pass(file, name, moisture, flag, hour)
        return self.path

    def _write_pass(self, file: h5py.File, name: str, moisture, flag, hour) -> None:
        group, suffix = file.create_group(GROUPS[name][0]), GROUPS[name][1]
        seconds = FILL
        if hour is not None:
            start = datetime(self.day.year, self.day.month, self.day.day)
            seconds = (start + timedelta(hours=hour) - EPOCH).total_seconds()
        for variable, kind, fill, values in (
            ("soil_moisture", "f4", FILL, moisture),
            ("retrieval_qual_flag", "u2", FLAG_FILL, flag),
            ("tb_time_seconds", "f8", FILL, seconds),
            ("latitude", "f4", FILL, FILL),
        ):
            data = np.full(self.shape, fill, kind)
            data[self.window] = values
            stored = group.create_dataset(
                variable + suffix, data=data, chunks=(203, 241), compression=1
            )
            stored.attrs["_FillValue"] = np.array(fill, kind)
            if variable == "soil_moisture":
                stored.attrs["units"] = self.units
                stored.attrs["valid_min"], stored.attrs["valid_max"] = (
                    np.float32(0.02), np.float32(0.5),
                )  # fmt: skip
