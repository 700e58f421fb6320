"""Fetch one public file."""

from pathlib import Path

from paramscape.data.fetch import Transfer, fetch_all
from paramscape.data.ledger import Ledger
from paramscape.jobs.job import job
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake):
        path = Path(snakemake.output[0])
        ledger = Ledger.read(section(snakemake.params.settings, "products.ledger"))
        list(fetch_all({path: ledger.of(path)}, Transfer(progress=False)))
