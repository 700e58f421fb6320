"""A stand-in for VIC's image driver, for tests where the real program is not at hand.

It reads a global parameter file and the files named there as VIC does (stored numbers, cells by
position), stops with VIC's kind of message where VIC would, insists on how it is started, and
answers with a bucket: a share of the rain evaporates, the rest runs off. `install` makes an
executable of it that behaves in one of the ways of `BEHAVIOURS`.
"""

import os
import signal
import sys
import time
from pathlib import Path

import netCDF4
import numpy as np

BEHAVIOURS = (
    "right", "hangs", "hangs-deaf", "crashes", "aborts", "is-mute", "gives-nothing", "stops-early",
    "misses-a-cell", "gives-nan", "gives-garbage", "loses-water", "makes-water", "is-turned-over",
    "does-not-know-an-option",
)  # fmt: skip
FILL = 9.969209968386869e36
DIMS = {
    "infilt": ("lat", "lon"), "Nveg": ("lat", "lon"), "depth": ("nlayer", "lat", "lon"),
    "annual_prec": ("lat", "lon"), "Cv": ("veg_class", "lat", "lon"),
    "LAI": ("veg_class", "month", "lat", "lon"),
    "root_depth": ("veg_class", "root_zone", "lat", "lon"),
}  # fmt: skip
INTEGERS = ("run_cell", "Nveg", "fs_active", "overstory")


def install(folder: Path, behaviour: str = "right") -> Path:
    """An executable in a folder that behaves in one of the ways of `BEHAVIOURS`."""
    assert behaviour in BEHAVIOURS
    return _script(
        folder / "vic_image.exe",
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})",
        "import stand_in_vic",
        f"sys.exit(stand_in_vic.main({behaviour!r}))",
    )


def install_mpirun(folder: Path) -> Path:
    """An `mpirun` that records its calls in `calls.txt` in its folder and starts one process."""
    return _script(
        folder / "mpirun",
        "import os",
        f"open({str(folder / 'calls.txt')!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))",
        "program = sys.argv[sys.argv.index('-n') + 2:]",
        "os.execv(program[0], program)",
    )


def _script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((f"#!{sys.executable}", "import sys", *lines, "")))
    path.chmod(0o755)
    return path


def main(behaviour: str) -> int:
    """Run a case; returns the exit status."""
    Path("pid").write_text(str(os.getpid()))
    if behaviour == "is-mute":
        return 3
    if behaviour == "does-not-know-an-option":
        print("[WARN] get_global_param.c:1: errno: None: Unrecognized option: OUTFREQ", flush=True)
    settings, outputs = _global_file()
    rain, run = _inputs(settings)
    if behaviour.startswith("hangs"):
        if behaviour == "hangs-deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("[INFO] vic_image.c:1: on the way", flush=True)
        time.sleep(600)
    if behaviour == "is-turned-over":
        rain = np.nan_to_num(rain)[:, ::-1]
    history = Path(settings["RESULT_DIR"]) / f"{settings['OUTFILE']}.{_day(settings, 'START')}.nc"
    if behaviour == "gives-nothing":
        return 0
    fields = _bucket(rain, settings)
    _spoil(fields, run, behaviour)
    _write(history, settings, {name: fields[name] for name in outputs}, run)
    if behaviour == "crashes":
        _stop("NetCDF: Index exceeds dimension bound: Error getting values for tas in forcing.nc")
    if behaviour == "aborts":
        os.abort()
    return 0


def _stop(message: str) -> None:
    print(f"[ERROR] stand_in_vic.c:1: errno: None: {message}", file=sys.stderr, flush=True)
    print("CONTINUEONERROR      : true", file=sys.stderr, flush=True)
    sys.exit(1)


def _require(holds: bool, message: str) -> None:
    if not holds:
        _stop(message)


def _global_file() -> tuple[dict[str, str], list[str]]:
    _require(sys.argv[1:2] == ["-g"] and len(sys.argv) == 3, f"usage: -g FILE; got {sys.argv[1:]}")
    _require(os.environ.get("OMP_NUM_THREADS") == "1", "OMP_NUM_THREADS must be 1")
    foreign = [n for n in os.environ if n.startswith(("SLURM", "PMI", "OMPI", "PYTHON"))]
    _require(not foreign, f"the environment is not clean: {foreign}")
    settings, outputs = {}, []
    for line in Path(sys.argv[2]).read_text().splitlines():
        name, *values = line.split()
        if name == "OUTVAR":
            _require(values[1:] == ["*", "OUT_TYPE_DOUBLE"], f"OUTVAR {values} is no double")
            outputs.append(values[0])
        elif name in ("DOMAIN_TYPE", "FORCE_TYPE"):
            settings[f"{name} {values[0]}"] = values[1]
        else:
            _require(len(values) >= 1, f"{name} lacks a value")
            settings[name] = " ".join(values)
    for name in ("FULL_ENERGY", "FROZEN_SOIL"):
        _require(settings.get(name) == "FALSE", f"{name} must be FALSE")
    _require(settings["AGGFREQ"] == "NDAYS 1", "daily output is wanted")
    _require(Path(settings["RESULT_DIR"]).is_dir(), "Permission denied: Error creating output")
    return settings, outputs


def _open(path: str) -> netCDF4.Dataset:
    _require(Path(path).is_file(), f"No such file or directory: Error opening {path}")
    file = netCDF4.Dataset(path)
    file.set_auto_maskandscale(False)
    return file


def _day(settings: dict[str, str], which: str) -> np.datetime64:
    year, month, day = (int(settings[which + part]) for part in ("YEAR", "MONTH", "DAY"))
    return np.datetime64(f"{year:04d}-{month:02d}-{day:02d}")


def _inputs(settings: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Daily rain (day, lat, lon) and the cells that are run."""
    with _open(settings["DOMAIN"]) as domain:
        mask = domain[settings["DOMAIN_TYPE MASK"]]
        _require(mask.dtype == np.int32, f"mask is {mask.dtype}")
        for kind in ("AREA", "FRAC"):
            _require(domain[settings[f"DOMAIN_TYPE {kind}"]].dtype == np.float64, "no double")
    with _open(settings["PARAMETERS"]) as params:
        run = params["run_cell"][:] > 0
        for name, dims in DIMS.items():
            _require(name in params.variables, f"Error getting variable id for {name}")
            _require(params[name].dimensions == dims, f"{name} has {params[name].dimensions}")
        for name, variable in params.variables.items():
            wanted = np.int32 if name in INTEGERS else np.float64
            _require(variable.dtype == wanted, f"{name} is {variable.dtype}")
    start, end = _day(settings, "START"), _day(settings, "END")
    years = range(start.astype(object).year, end.astype(object).year + 1)
    return np.concatenate([_rain(settings, year, start, end) for year in years]), run


def _rain(
    settings: dict[str, str], year: int, start: np.datetime64, end: np.datetime64
) -> np.ndarray:
    path = f"{settings['FORCING1']}{year}.nc"
    with _open(path) as forcing:
        time = forcing["time"]
        calendar = getattr(time, "calendar", "none").upper()
        _require(calendar == settings["CALENDAR"], f"Calendar in forcing file {path} differs")
        dates = netCDF4.num2date(time[:], time.units, time.calendar)
        per_day = round(86400 / (dates[1] - dates[0]).total_seconds())
        _require(
            per_day == int(settings["SNOW_STEPS_PER_DAY"]),
            "Forcing file timestep must match the snow model timestep",
        )
        first = max(start, np.datetime64(f"{year}-01-01"))
        last = min(end, np.datetime64(f"{year}-12-31"))
        began = np.datetime64(dates[0].isoformat())
        skip = round((first - began) / np.timedelta64(86400 // per_day, "s"))
        skip = skip if first == start else 0
        records = ((last - first).astype(int) + 1) * per_day
        for kind in ("AIR_TEMP", "PRESSURE", "SWDOWN", "LWDOWN", "VP", "WIND"):
            _require(settings[f"FORCE_TYPE {kind}"] in forcing.variables, f"Error getting {kind}")
        rain = forcing[settings["FORCE_TYPE PREC"]][skip : skip + records].astype(float)
    _require(len(rain) == records, f"Index exceeds dimension bound: Error getting values in {path}")
    return rain.reshape(-1, per_day, *rain.shape[1:]).sum(1)


def _bucket(rain: np.ndarray, settings: dict[str, str]) -> dict[str, np.ndarray]:
    with _open(settings["PARAMETERS"]) as params:
        soil = {
            name: params[name][:]
            for name in ("infilt", "init_moist", "depth", "bulk_density", "soil_density")
        }
    share = np.minimum(0.2 + soil["infilt"], 1.0)
    capacity = 1000 * soil["depth"] * (1 - soil["bulk_density"] / soil["soil_density"])
    moisture = np.minimum(soil["init_moist"], capacity)
    none = np.zeros_like(rain)
    return {
        "OUT_PREC": rain, "OUT_EVAP": share * rain, "OUT_RUNOFF": (1 - share) * rain,
        "OUT_BASEFLOW": none.copy(), "OUT_SWE": none.copy(), "OUT_SNOW_CANOPY": none.copy(),
        "OUT_WDEW": none.copy(),
        "OUT_SOIL_MOIST": np.broadcast_to(moisture, (len(rain), *moisture.shape)).copy(),
    }  # fmt: skip


def _spoil(fields: dict[str, np.ndarray], run: np.ndarray, behaviour: str) -> None:
    row, column = np.argwhere(run)[-1]
    if behaviour == "misses-a-cell":
        fields["OUT_EVAP"][:, row, column] = FILL
    elif behaviour == "gives-nan":
        fields["OUT_RUNOFF"][-1, row, column] = np.nan
    elif behaviour == "gives-garbage":
        for values in fields.values():
            values[:] = np.random.default_rng(1).normal(0, 100, values.shape)
    elif behaviour == "loses-water":
        fields["OUT_RUNOFF"][-1, row, column] *= 0.9
    elif behaviour == "makes-water":
        fields["OUT_BASEFLOW"][-1, row, column] += 1e-3
    elif behaviour == "stops-early":
        for name in fields:
            fields[name] = fields[name][:-1]


def _write(
    path: Path, settings: dict[str, str], fields: dict[str, np.ndarray], run: np.ndarray
) -> None:
    with _open(settings["DOMAIN"]) as domain, netCDF4.Dataset(path, "w") as file:
        file.createDimension("nlayer", 3)
        file.createDimension("time", None)
        for axis in ("lat", "lon"):
            file.createDimension(axis, len(domain[axis]))
            file.createVariable(axis, "f8", (axis,))[:] = domain[axis][:]
        time = file.createVariable("time", "f8", ("time",))
        time.units, time.calendar = "days since 0001-01-01 00:00:00", settings["CALENDAR"].lower()
        days = _day(settings, "START") - np.datetime64("0001-01-01")
        time[:] = days.astype(int) + np.arange(len(next(iter(fields.values()))))
        for name, values in fields.items():
            layers = ("nlayer",) if values.ndim == 4 else ()
            dims = ("time", *layers, "lat", "lon")
            file.createVariable(name, "f8", dims, fill_value=FILL)[:] = np.where(run, values, FILL)
