TABLES = expand(
    f"{ROOT}/tables/{{name}}.{{kind}}",
    name=["methods", "table-2"] + (["table-1"] if ABLATED else []),
    kind=["csv", "md", "html"],
)


localrules:
    tabulate_ablation,
    tabulate_time,
    tabulate_methods,


rule tabulate_ablation:
    input:
        f"{ROOT}/scores/methods/runs.csv",
    output:
        csv=f"{ROOT}/tables/table-1.csv",
        md=f"{ROOT}/tables/table-1.md",
        html=report(
            f"{ROOT}/tables/table-1.html",
            caption="../report/table-1.rst",
            category="Tables",
            labels=labels("1", "What the adversarial loss adds"),
        ),
    log:
        f"{ROOT}/logs/tabulate_ablation.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("calibration.target"),
        code=code("tabulate_ablation.py"),
    message:
        "Tabulate L1 loss alone and with the adversarial loss (table 1)"
    script:
        "../../scripts/tabulate_ablation.py"


rule tabulate_time:
    input:
        of_runs(f"{RUN}/history.csv"),
    output:
        csv=f"{ROOT}/tables/table-2.csv",
        md=f"{ROOT}/tables/table-2.md",
        html=report(
            f"{ROOT}/tables/table-2.html",
            caption="../report/table-2.rst",
            category="Tables",
            labels=labels("2", "Computing times"),
        ),
    log:
        f"{ROOT}/logs/tabulate_time.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings(*sections_behind_surrogates(STUDY.calibration.runs)),
        code=code("tabulate_time.py"),
    message:
        "Tabulate computing times and VIC runs (table 2)"
    script:
        "../../scripts/tabulate_time.py"


rule tabulate_methods:
    input:
        scores=f"{ROOT}/scores/{{selection}}/runs.csv",
        recovery=f"{ROOT}/scores/{{selection}}/recovery.csv" if STUDY.twin else [],
        histories=of_selection(f"{RUN}/history.csv"),
    output:
        csv=f"{ROOT}/tables/{{selection}}.csv",
        md=f"{ROOT}/tables/{{selection}}.md",
        html=report(
            f"{ROOT}/tables/{{selection}}.html",
            caption="../report/methods.rst",
            category="Tables",
            labels=labels("", "Comparison of {selection}"),
        ),
    log:
        f"{ROOT}/logs/tabulate_methods.{{selection}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=lambda wildcards: settings(
            "calibration.target",
            *sections_behind_surrogates(runs_of(wildcards.selection)),
        ),
        code=code("tabulate_methods.py"),
    message:
        "Tabulate {wildcards.selection}, on their simulators and in VIC"
    script:
        "../../scripts/tabulate_methods.py"
