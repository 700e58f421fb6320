"""Warn where a surrogate does not respond to a parameter as VIC does."""

import logging
from pathlib import Path

from paramscape.files import read_table
from paramscape.files.notices import tell
from paramscape.jobs.job import job
from paramscape.simulators.surrogates.sensitivity_check import judge, warnings_of, write_judged
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake):
        kind = snakemake.wildcards.surrogate
        check = section(snakemake.params.settings, "surrogate.sensitivity_check")
        judged = judge(read_table(snakemake.input[0]), check)
        for warning in warnings_of(judged, kind):
            tell(warning, logging.WARNING)
        write_judged(judged, kind, Path(snakemake.output.csv).with_suffix(""))
