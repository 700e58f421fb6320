"""Draw the skill of a surrogate on the test members."""

from pathlib import Path

from paramscape.figures.collect import caption
from paramscape.figures.surrogate import draw
from paramscape.files import read_dataset, read_netcdf
from paramscape.job import logged
from paramscape.study import section

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = snakemake.params.settings
        skill = read_netcdf(Path(snakemake.input.skill))
        draw(
            skill[["rmse", "cc"]],
            skill[["surrogate", "vic"]],
            read_dataset(Path(snakemake.input.domain), "domain")["mask"],
            Path(snakemake.output.png).with_suffix(""),
            caption(
                settings["study"]["title"],
                section(settings, "calibration.target"),
                section(settings, "periods").train,
            ),
        )
