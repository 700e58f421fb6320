"""A search of each cell is one job, which all methods with pretraining share."""

import re

import yaml

SHARED = "results/demo/calibration/cell-sceua/vic/seed-1/parameters.nc"
START = {"stateful": {"pretraining": {}}}


def jobs(workflow, calibration: dict, **sections: dict) -> dict[str, str]:
    """Why each job of the demo with other settings would run, by its message."""
    overlays = [
        f"{name}={yaml.safe_dump(values, default_flow_style=True, width=10_000).strip()}"
        for name, values in {"calibration": calibration, **sections}.items()
    ]
    answer = workflow.snakemake("--dry-run", "--config", *overlays)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return dict(re.findall(r"Job \d+: (.*?)\n(.*?)(?=\n\[|\Z)", answer.stdout, re.S))


def searches(plan: dict[str, str]) -> list[str]:
    """Messages of the jobs that search cells."""
    return sorted(name for name in plan if re.search(r"by cell-sceua|Search each cell", name))


def test_methods_with_a_head_start_read_the_search_of_cell_sceua(untouched) -> None:
    plan = jobs(untouched, {"dpl-a": START, "gan-po": START})
    assert searches(plan) == ["Calibrate by cell-sceua on vic, seed 1"]
    for method in ("dpl-a", "gan-po"):
        assert SHARED in plan[f"Calibrate by {method} on vic, seed 1"]
    for run in ("gan-po-l1 on vic", "gan-po on lstm"):
        assert SHARED not in plan[f"Calibrate by {run}, seed 1"]


def test_the_search_runs_where_cell_sceua_itself_does_not(untouched) -> None:
    runs = [{"method": method, "simulator": "vic"} for method in ("default", "dpl-a")]
    plan = jobs(untouched, {"dpl-a": START, "runs": runs, "seeds": 2})
    assert searches(plan) == [f"Calibrate by cell-sceua on vic, seed {seed}" for seed in (1, 2)]
    assert SHARED in plan["Calibrate by dpl-a on vic, seed 1"]
    assert "Simulate with the parameters of cell-sceua on vic in vic" not in plan


def test_searches_with_other_settings_are_jobs_of_their_own(untouched) -> None:
    def start(evaluations: int) -> dict:
        return {"stateful": {"pretraining": {"search": {"max_evaluations": evaluations}}}}

    budgets = {"dpl-a": start(60), "dpl-z": start(60), "gan-po": start(90), "gan-po-l1": start(120)}
    plan = jobs(untouched, budgets)
    read = {
        method: set(re.findall(r"results/demo/c\S+/vic/seed-1/parameters\.nc", plan[job])) - {own}
        for method in budgets
        for job in [f"Calibrate by {method} on vic, seed 1"]
        for own in [f"results/demo/calibration/{method}/vic/seed-1/parameters.nc"]
    }
    assert read["dpl-a"] == read["dpl-z"]
    assert read["gan-po-l1"] == {SHARED}
    found = set().union(*read.values())
    assert len(found) == 3
    assert all("/cell-search/" in path for path in found - {SHARED})


def test_candidates_and_pilots_start_from_searches_too(untouched) -> None:
    settings = {
        "gan-po": START,
        "runs": [
            {"method": "default", "simulator": "vic"},
            {"method": "gan-po", "simulator": "vic"},
            {"method": "gan-po", "simulator": "arnet"},
        ],
        "search": {"gan-po": {"l1_weight": [10, 20]}},
    }
    plan = jobs(untouched, settings, surrogate={"refinement": {"rounds": 1}})
    for number in (1, 2):
        assert SHARED in plan[f"Try candidate {number} of gan-po on vic"]
    search = "Search each cell on arnet for the pilots of round 1"
    assert set(searches(plan)) == {
        "Calibrate by cell-sceua on vic, seed 1",
        "Calibrate by cell-sceua on arnet, seed 1",
        search,
    }
    assert (
        "/surrogate/arnet/round-1/cell-search-"
        in plan["Calibrate a pilot by gan-po on arnet for round 1"]
    )
    assert "/surrogate/arnet/round-0/weights.pt" in plan[search]
