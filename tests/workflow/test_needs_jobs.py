"""The graph holds what the study's runs use, and nothing else."""

import pandas as pd
import pytest
import yaml

SURROGATE_RULES = {
    "sample_members", "sample_batch", "run_members", "train_surrogate", "take_last_round",
    "score_surrogate", "check_sensitivity", "draw_surrogate_skill",
}  # fmt: skip


@pytest.fixture
def on_vic(untouched):
    """The demo without surrogates, ensemble and validation period."""
    settings = yaml.safe_load((untouched.folder / "config/demo.yaml").read_text())
    for name in ("ensemble", "surrogate"):
        del settings[name]
    del settings["periods"]["validation"]
    methods = ("default", "mpr-sceua", "cell-sceua")
    settings["calibration"]["runs"] = [{"method": m, "simulator": "vic"} for m in methods]
    path = untouched.folder / "config/on-vic.yaml"
    path.write_text(yaml.safe_dump(settings))
    return ("--configfile", "config/on-vic.yaml")


@pytest.fixture
def own(untouched):
    """A study on VIC's own parameter file and soil of attribute files; all files are empty."""
    raw = untouched.folder / "data"
    raw.mkdir(exist_ok=True)
    for name in ("domain", "params", "forcing.2009", "et", "soil"):
        (raw / f"{name}.nc").touch()
    settings = yaml.safe_load((untouched.folder / "config/demo.yaml").read_text())
    for name in ("ensemble", "surrogate", "twin"):
        del settings[name]
    settings["study"]["name"] = "own"
    settings["domain"] = {"kind": "vic", "path": "data/domain.nc"}
    settings["periods"] = {
        name: {"start": f"2009-0{2 * k + 1}-01", "end": f"2009-0{2 * k + 2}-20"}
        for k, name in enumerate(("warmup", "train", "validation", "test"))
    }
    settings["vic"] = {"parameters": "data/params.nc"}
    settings["products"] = {
        "forcing": {"product": "vic", "prefix": "data/forcing."},
        "land_cover": {"path": "data/nowhere.nc"},
        "observations": {
            "et": {"product": "cf", "path": "data/et.nc", "variable": "et"},
            "runoff": {"product": "cf", "path": "data/nowhere.nc", "variable": "q"},
        },
        "attributes": {n: {"path": "data/soil.nc", "variable": n} for n in ("sand", "clay")},
    }
    methods = ("default", "mpr-sceua", "dpl-a")
    runs = [{"method": m, "simulator": "vic"} for m in methods]
    settings["calibration"] = {"runs": runs}
    path = untouched.folder / "config/own.yaml"
    path.write_text(yaml.safe_dump(settings))
    return ("--configfile", "config/own.yaml")


def test_without_a_surrogate_there_is_no_ensemble(untouched, on_vic) -> None:
    planned = untouched.planned(*on_vic)
    assert {"calibrate", "tabulate_methods", "tabulate_cost"} <= planned
    assert not planned & SURROGATE_RULES


def test_all_methods_are_those_that_the_study_can_do(untouched, on_vic) -> None:
    answer = untouched.snakemake("--dry-run", *on_vic, "--", "all_methods")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Calibrate by mpr-sceua on vic" in answer.stdout
    assert "gan-po" not in answer.stdout


def test_files_that_nothing_reads_are_not_asked_for(untouched, own) -> None:
    assert "calibrate" in untouched.planned(*own)


def test_only_mpr_waits_for_the_soil_of_attribute_files(untouched, own) -> None:
    target = "results/own/calibration/{}/vic/seed-1/parameters.nc"
    assert "prepare_mpr_soil" in untouched.planned(*own, "--", target.format("mpr-sceua"))
    assert "prepare_mpr_soil" not in untouched.planned(*own, "--", target.format("dpl-a"))


@pytest.mark.parametrize(("scaling", "is_planned"), [("moments", True), ("none", False)])
def test_a_scaling_is_prepared_where_it_is_asked_for(untouched, on_vic, scaling, is_planned):
    path = untouched.folder / on_vic[1]
    settings = yaml.safe_load(path.read_text())
    settings["products"]["observations"] = {"soil_moisture": {"product": "twin"}}
    settings["calibration"] |= {"target": "soil_moisture", "scaling": scaling}
    path.write_text(yaml.safe_dump(settings))
    readers = {reader for maker, reader in untouched.edges(*on_vic) if maker == "prepare_scaling"}
    assert ({"calibrate", "score"} <= readers) == is_planned
    assert bool(readers) == is_planned


def test_a_check_is_scored_in_vic_for_every_run(untouched, own) -> None:
    path = untouched.folder / "config/own.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["calibration"]["target"] = "runoff"
    settings["products"]["observations"]["runoff"]["path"] = "data/et.nc"
    settings["products"]["checks"] = {"et": {"product": "mod16a2", "folder": "data"}}
    for day in range(1, 366, 8):
        name = f"MOD16A2GF.A2009{day:03d}.h27v05.061.2020001000000.hdf"
        (untouched.folder / "data" / name).touch()
    (untouched.folder / "config/checked.yaml").write_text(yaml.safe_dump(settings))
    answer = untouched.snakemake("--dry-run", "--configfile", "config/checked.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for method in ("default", "mpr-sceua", "dpl-a"):
        assert f"Score et of {method} on vic in vic" in answer.stdout
    assert {"prepare_check", "gather_check_scores", "tabulate_checks"} <= untouched.rules_in(
        answer.stdout
    )
    assert not untouched.planned(*own) & {
        "prepare_check",
        "score_check",
        "gather_check_scores",
        "tabulate_checks",
    }


@pytest.mark.parametrize(("fill", "is_planned"), [("lstm", True), ("none", False)])
def test_gaps_are_filled_and_judged_where_it_is_asked_for(untouched, own, fill, is_planned):
    path = untouched.folder / own[1]
    settings = yaml.safe_load(path.read_text())
    smap = untouched.folder / "smap"
    smap.mkdir(exist_ok=True)
    for day in pd.date_range("2009-01-01", "2009-12-31"):
        (smap / f"SMAP_L3_SM_P_E_{day:%Y%m%d}_R19240_001.h5").touch()
    observed = {"product": "smap-l3-e", "folder": "smap", "fill": fill}
    settings["products"]["observations"] = {"soil_moisture": observed}
    settings["calibration"]["target"] = "soil_moisture"
    path.write_text(yaml.safe_dump(settings))
    edges = untouched.edges(*own)
    assert (("fill_observations", "calibrate") in edges) == is_planned
    assert (("fill_observations", "score_filler") in edges) == is_planned
    assert (("score_filler", "tabulate_gap_filling") in edges) == is_planned
    assert ("prepare_observations", "score") in edges
