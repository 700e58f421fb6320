rule tabulate_time:
    input:
        of_runs(f"{RUN}/history.csv"),
    output:
        csv=f"{ROOT}/tables/table-2.csv",
        md=report(
            f"{ROOT}/tables/table-2.md",
            caption="../report/table-2.rst",
            category="Tables",
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
        settings=settings("study"),
        code=code("tabulate_time.py"),
    message:
        "Tabulate computing times (table 2)"
    script:
        "../../scripts/tabulate_time.py"


rule tabulate_methods:
    input:
        scores=f"{ROOT}/scores/{{selection}}/runs.csv",
        recovery=f"{ROOT}/scores/{{selection}}/recovery.csv" if STUDY.twin else [],
        histories=of_selection(f"{RUN}/history.csv"),
    output:
        csv=f"{ROOT}/tables/{{selection}}.csv",
        md=report(
            f"{ROOT}/tables/{{selection}}.md",
            caption="../report/methods.rst",
            category="Tables",
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
        settings=settings("study", "calibration.target"),
        code=code("tabulate_methods.py"),
    message:
        "Tabulate {wildcards.selection}, on their simulators and in VIC"
    script:
        "../../scripts/tabulate_methods.py"
