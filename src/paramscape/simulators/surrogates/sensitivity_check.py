"""Sensitivity check: whether a surrogate responds to each parameter as VIC does."""

from pathlib import Path

import numpy as np
import pandas as pd

from paramscape.files import write_markdown, write_table
from paramscape.files.page import write_page
from paramscape.study import SensitivityCheck

AS_VIC, NOT_JUDGED = "as VIC", "not judged"
_CURE = (
    "Estimates of these parameters with this surrogate are not reliable. A longer input, more "
    "training members or refinement rounds may help, and so does learning on VIC itself."
)


def judge(sensitivity: pd.DataFrame, check: SensitivityCheck) -> pd.DataFrame:
    """The sensitivity table with a verdict on each parameter.

    Args:
        sensitivity: `target`, `parameter`, `surrogate`, `vic`, `ratio`, as `sensitivity_table`
            gives it.
        check: which responses are judged, and which ratios pass.

    Returns:
        The table with the columns `share` (VIC's response over its largest one of the same
        target), `verdict` (`as VIC`, `too weak`, `too strong`, `opposite sign`, or `not judged`
        where VIC hardly responds) and `warns`.
    """
    response = sensitivity["vic"].abs()
    largest = response.groupby(sensitivity["target"]).transform("max")
    share = response / largest.where(largest > 0)
    ratio = sensitivity["ratio"]
    counts = (share >= check.smallest_response) & ratio.notna()
    verdict = np.select(
        [~counts, ratio < 0, ratio < check.ratio_low, ratio > check.ratio_high],
        [NOT_JUDGED, "opposite sign", "too weak", "too strong"],
        AS_VIC,
    )
    judged = sensitivity.assign(share=share, verdict=verdict)
    return judged.assign(warns=~judged["verdict"].isin([AS_VIC, NOT_JUDGED]))


def warnings_of(judged: pd.DataFrame, kind: str) -> list[str]:
    """A sentence for each parameter to which a surrogate does not respond as VIC does."""
    return [
        f"the surrogate {kind} responds to {row.parameter} by {row.surrogate:.3g} in {row.target}, "
        f"VIC by {row.vic:.3g} (ratio {row.ratio:.2f}): {row.verdict}"
        for row in judged[judged["warns"]].itertuples()
    ]


def write_judged(judged: pd.DataFrame, kind: str, stem: Path) -> None:
    """Write the table to `stem`.csv and its warnings to `stem`.md and `stem`.html."""
    write_table(judged, stem.with_suffix(".csv"))
    found = warnings_of(judged, kind)
    lines = [f"- {line}" for line in found] + ["", _CURE]
    calm = f"The surrogate {kind} responds as VIC does to every parameter that VIC responds to."
    text = "\n".join(lines if found else [calm]) + "\n"
    write_markdown(stem.with_suffix(".md"), text)
    write_page(stem.with_suffix(".html"), text, f"Sensitivity check of {kind}")
