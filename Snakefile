import os
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")

if not workflow.overwrite_configfiles:

    configfile: "config/demo.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/twin.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/ensemble.smk"
include: "workflow/rules/surrogate.smk"
include: "workflow/rules/calibrate.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/tables.smk"


report: "workflow/report/study.rst"


localrules:
    all,


rule all:
    default_target: True
    input:
        FIGURES,
        TABLES,
        PARAMETER_FILES,
    message:
        "The study {STUDY.study.name} is complete"
