"""Draw the losses of the trainings."""

from pathlib import Path

from paramscape.figures._page import Caption
from paramscape.figures.collect import histories_of_runs, loss_weights
from paramscape.figures.training_curves import draw
from paramscape.files import read_json
from paramscape.jobs.job import job
from paramscape.study.run_id import RunId


def main(inputs, settings) -> dict[str, dict]:
    """Settings of each run's method by label, with those that a search chose."""
    chosen = {Path(file).parts[-3:-1]: read_json(Path(file)) for file in inputs.choices}
    found = {}
    for run in map(RunId.of, inputs.histories):
        of_method = settings.get(f"calibration.{run.method}", {})
        choice = chosen.get((run.method, run.simulator), {"settings": {}})
        found[run.label] = of_method | choice["settings"]
    return found


if __name__ == "__main__":
    with job(snakemake):
        settings, inputs = snakemake.params.settings, snakemake.input
        histories = histories_of_runs(inputs.histories)
        draw(
            histories,
            Path(snakemake.output.png).with_suffix(""),
            Caption(settings["study.title"]),
            weights=loss_weights(histories, main(inputs, settings)),
        )
