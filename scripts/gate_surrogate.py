"""Warn where a surrogate does not respond to a parameter as VIC does."""

import logging
import sys
from pathlib import Path

import pandas as pd

from paramscape.job import logged
from paramscape.study import section
from paramscape.surrogates.gate import judge, warnings_of, write_judged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        kind, gate = (
            snakemake.wildcards.surrogate,
            section(snakemake.params.settings, "surrogate.gate"),
        )
        judged = judge(pd.read_csv(snakemake.input[0]), gate)
        for warning in warnings_of(judged, kind):
            logging.getLogger("paramscape").warning(warning)
            print(f"Warning: {warning}", file=sys.stderr)
        write_judged(judged, kind, Path(snakemake.output.csv).with_suffix(""))
