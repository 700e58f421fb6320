"""What the profiles promise: trainings hear of their time limit, and GPUs are not shared."""

import re
import shutil
from itertools import pairwise

import pytest
import yaml

from conftest import Workflow

CUDA = ("--config", "compute={device: cuda}")
_TIMED = """
if __name__ == "__main__":
    import time
    from pathlib import Path
    begin = time.time()
    time.sleep(0.5)
    Path(f"{snakemake.wildcards.method}.time").write_text(f"{begin} {time.time()}")
"""


def profile(repository, name):
    return yaml.safe_load((repository / f"workflow/profiles/{name}/config.yaml").read_text())


@pytest.fixture(scope="module")
def rules(repository):
    """Text of each rule by name; of one that is used again under another name, the first's too.

    Rules that are made in a loop stand under the expression of their names, such as `figure.rule`.
    """
    text = "\n\n\n".join(f.read_text() for f in (repository / "workflow/rules").glob("*.smk"))
    found = dict(re.findall(r"^ *rule (\w+):\n(.*?)(?=\n\n\n|\n\n *rule |\Z)", text, re.S | re.M))
    in_loops = r"^ *rule:\n +name:\n +(\S+)\n(.*?)(?=\n\n\n|\n\n *rule |\Z)"
    found |= re.findall(in_loops, text, re.S | re.M)
    again = re.findall(r"^use rule (\w+) as (\w+)", text, re.M)
    return found | {name: found[origin] for origin, name in again}


@pytest.fixture(scope="module")
def local(repository, rules):
    """Names of the rules that are no jobs of a cluster."""
    texts = [f.read_text() for f in (repository / "workflow/rules").glob("*.smk")]
    blocks = [b for t in texts for b in re.findall(r"localrules:\n((?: +\w+,\n)+)", t)]
    named = {name for block in blocks for name in re.findall(r"\w+", block)}
    return named | {name for name, text in rules.items() if "localrule: True" in text}


def test_every_rule_says_how_much_of_a_machine_it_needs(rules):
    assert len(rules) > 35
    for name, text in rules.items():
        for need in ("threads: ", "mem_mb=", "runtime="):
            assert need in text, name


def test_what_a_cluster_runs_gets_more_memory_and_time_when_it_failed(rules, local):
    for name in rules.keys() - local:
        assert "mem_mb=growing(" in rules[name] and "runtime=growing(" in rules[name], name


def test_what_learns_or_runs_vic_may_ask_for_a_gpu(rules):
    assert {name for name, text in rules.items() if "gpu=gpus()" in text} == {
        *("run_members", "run_members_of_round", "simulate", "score_surrogate"),
        *("train_surrogate", "fine_tune_surrogate"),
        *("calibrate", "calibrate_posterior", "calibrate_pilot", "try_candidate"),
        "prepare_scaling",
        *("search_cells", "search_cells_of_round"),
    }


def test_tables_and_figures_are_no_jobs_of_a_cluster(rules, local):
    light = {"figure.rule", "tabulate_scores"}
    assert light <= local <= rules.keys()
    assert not local & {"calibrate", "simulate", "score", "run_members", "train_surrogate"}


def test_every_job_is_told_of_its_time_limit_on_slurm(repository):
    assert profile(repository, "slurm")["default-resources"]["slurm_extra"] == "'--signal=TERM@60'"


def test_what_the_slurm_profile_says_of_gpu_partitions_names_their_rules(repository, rules):
    text = (repository / "workflow/profiles/slurm/config.yaml").read_text()
    lines = re.findall(r"^# ((?:set-resources:|  \w+: [&*{]).*)$", text, re.M)
    given = yaml.safe_load("\n".join(lines))["set-resources"]
    users = {name for name, text in rules.items() if "gpu=gpus()" in text}
    assert given.keys() == users | {"score"}  # which is one job with simulate
    assert all(resources == {"slurm_partition": "gpu"} for resources in given.values())


def test_a_second_and_third_attempt_get_twice_and_three_times_as_much(repository):
    text = (repository / "workflow/rules/common.smk").read_text()
    scope: dict = {}
    exec(re.search(r"def growing.*?\n\n", text, re.S)[0], scope)
    assert [scope["growing"](480)(None, attempt=n) for n in (1, 2, 3)] == [480, 960, 1440]


def test_an_ensemble_of_400_members_is_a_handful_of_jobs(untouched):
    answer = untouched.snakemake("--dry-run", "--configfile", "config/huaihe-twin.yaml")
    batches = re.findall(r"Run batch (\d+) of the members", answer.stdout)
    assert 1 < len(batches) <= 10


def test_one_machine_runs_one_gpu_job_at_a_time(finished, tmp_path):
    workflow = Workflow(tmp_path / "gpu")
    shutil.copytree(finished.folder, workflow.folder)
    shutil.rmtree(workflow.folder / "results/demo/calibration")
    script = workflow.folder / "scripts/calibrate.py"
    script.write_text(script.read_text() + _TIMED)
    methods = ("dpl-a", "gan-po", "mpr-sceua")
    targets = [f"results/demo/calibration/{m}/vic/seed-1/parameters.nc" for m in methods]
    options = ("--profile", "workflow/profiles/local", "--cores", "3", "--rerun-triggers", "mtime")
    answer = workflow.snakemake(*options, *CUDA, "--", *targets)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    files = [workflow.folder / f"{method}.time" for method in methods]
    spans = sorted(tuple(map(float, file.read_text().split())) for file in files)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
