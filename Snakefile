import os
import re
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")

if not workflow.overwrite_configfiles:

    configfile: "config/demo.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/start.smk"
include: "workflow/rules/common-figures.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/twin.smk"
include: "workflow/rules/prepare.smk"


if fills_gaps(STUDY):

    include: "workflow/rules/fill.smk"


include: "workflow/rules/calibrate.smk"
include: "workflow/rules/cell-search.smk"
include: "workflow/rules/search.smk"


# Surrogates learn from an ensemble; without one there are none.
SENSITIVITY_CHECKS = []
if STUDY.ensemble:

    include: "workflow/rules/common-surrogate.smk"
    include: "workflow/rules/ensemble.smk"
    include: "workflow/rules/surrogate.smk"
    include: "workflow/rules/sensitivity-check.smk"
    include: "workflow/rules/refinement.smk"


include: "workflow/rules/verify.smk"
include: "workflow/rules/score.smk"


if STUDY.products.checks:

    include: "workflow/rules/checks.smk"


include: "workflow/rules/figures.smk"
include: "workflow/rules/provenance.smk"


report: "workflow/report/study.rst"


localrules:
    all,
    all_methods,


rule all:
    default_target: True
    input:
        FIGURES_AND_TABLES,
        SENSITIVITY_CHECKS,
        PARAMETER_FILES,
        PROVENANCE,
        LOST,
    message:
        "The study {STUDY.study.name} is complete"


rule all_methods:
    input:
        FILES.of_runs(PATHS.run().vic_parameters, possible_runs(STUDY)),
        expand(f"{ROOT}/tables/all-methods.{{kind}}", kind=["csv", "md", "html"]),
    message:
        "Every method of the study {STUDY.study.name} is complete on every simulator that it has"
