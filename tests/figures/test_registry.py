"""The rows of figures and tables: files, inputs, settings, and what is derived from them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from paramscape.figures.registry import ENTRIES, FIGURES, figures_table, targets
from paramscape.study import load, section
from paramscape.study.job_files import JobFiles
from paramscape.study.paths import StudyPaths

HEAVY = ("matplotlib", "torch", "xarray", "pandas")


@pytest.fixture(scope="module")
def demo(repository):
    return load(repository / "config/demo.yaml")


def with_runs(study, *runs):
    """The study with other runs, such as `gan-po on vic`."""
    pairs = [dict(zip(("method", "simulator"), run.split(" on "), strict=True)) for run in runs]
    dumped = study.model_dump(mode="json", by_alias=True)
    dumped["calibration"]["runs"] = pairs
    return type(study).model_validate(dumped)


def files_of(study):
    """The files of the study's jobs."""
    return JobFiles(study, StudyPaths.of(study.study.name))


def names(study):
    """Names of the figures that a study has as PNG."""
    prefix, suffix = "figures/", ".png"
    return {
        file.removeprefix(prefix).removesuffix(suffix)
        for file in targets(study)
        if file.endswith(suffix)
    }


def test_every_row_has_its_module_and_its_caption(repository):
    for entry in ENTRIES.values():
        assert (repository / f"src/paramscape/figures/{entry.module}.py").is_file()
        assert (repository / f"workflow/report/{entry.name}.rst").is_file()


def test_the_caption_says_which_figure_of_which_paper_it_corresponds_to(repository):
    for entry in ENTRIES.values():
        caption = (repository / f"workflow/report/{entry.name}.rst").read_text()
        assert ("snakemake.params.paper" in caption) == bool(entry.paper), entry.name
    words = ENTRIES["score-maps"].paper.words
    assert words == "Figure 4 of the GAN-PO paper (Sun, Pan and Duan 2024)"


def test_no_two_figures_have_the_same_number():
    numbers = [entry.paper for entry in ENTRIES.values() if entry.paper]
    assert len(set(numbers)) == len(numbers)


def test_the_readme_lists_the_rows(repository):
    text = (repository / "README.md").read_text()
    listed = text.partition("<!-- figures and tables -->\n")[2].partition("<!-- end of fig")[0]
    assert listed == figures_table(), "run make lists"


def test_snakemake_reads_the_rows_without_what_draws_them(repository):
    code = (
        "import sys, paramscape.figures.registry;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository / "src",
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "[]\n"


def test_scores_are_shown_in_vic_alone_where_nothing_learns_on_a_surrogate(demo):
    on_vic = names(with_runs(demo, "default on vic", "dpl-z on vic"))
    assert "score-maps-vic" in on_vic
    assert not any(name.endswith(("-simulator", "-lstm")) for name in on_vic)
    both = names(with_runs(demo, "default on vic", "dpl-z on lstm"))
    assert {"score-maps-vic", "score-maps-simulator", "surrogate-skill-lstm"} <= both


def test_inputs_are_files_of_the_runs_that_are_shown(demo):
    study = with_runs(demo, "default on vic", "gan-po on vic", "gan-po on lstm", "dpl-a on lstm")
    found = ENTRIES["by-simulator"].input_paths(files_of(study), {"scored": "simulator"})
    assert found["scores"] == [
        "results/demo/scores/gan-po/vic/seed-1/vic-test.nc",
        "results/demo/scores/gan-po/lstm/seed-1/lstm-test.nc",
    ]
    defaults = ENTRIES["rmse-change"].input_paths(files_of(study), {"scored": "simulator"})[
        "default_train"
    ]
    assert defaults[-1] == "results/demo/scores/default/vic/seed-1/lstm-train.nc"
    observed = ENTRIES["study-area"].input_paths(files_of(study), {})["observations"]
    assert observed == [f"results/demo/learning/{study.calibration.target}.nc"]


def test_the_true_fields_are_an_input_on_a_twin_alone(demo):
    maps = ENTRIES["parameter-maps"]
    assert maps.input_paths(files_of(demo), {})["truth"] == ["results/demo/truth/parameters.nc"]
    assert maps.input_paths(files_of(demo.model_copy(update={"twin": None})), {})["truth"] == []


def test_a_table_of_all_methods_takes_every_possible_run(demo):
    table = ENTRIES["methods"]
    own, every = (
        table.input_paths(files_of(demo), {"selection": selection})["histories"]
        for selection in ("methods", "all-methods")
    )
    assert set(own) < set(every)


def test_sections_are_settings_of_the_study(demo):
    dumped = demo.model_dump(mode="json", by_alias=True)
    for entry in ENTRIES.values():
        wildcards = {entry.wildcard: "methods"}
        for path in entry.sections(demo, wildcards):
            value = dumped
            for part in path.split("."):
                value = value[part]
            section({path: value}, path)


def test_every_figure_uses_the_title_that_it_shows():
    assert all("study.title" in figure.settings for figure in FIGURES)
