localrules:
    tabulate_scores,


rule score:
    input:
        domain=PATHS.domain,
        observations=PATHS.record.observations(TARGET),
        simulation=PATHS.simulation(),
        scaling=FILES.scaling,
    output:
        train=PATHS.scores("train"),
        test=PATHS.scores("test"),
    log:
        f"{ROOT}/logs/score.{{method}}.{{simulator}}.{{seed}}.{{verifier}}.log",
    group:
        "verify"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        settings=settings(
            "space", "periods.train", "periods.test", "calibration.target"
        ),
        code=code("score.py"),
    message:
        "Score {wildcards.method} on {wildcards.simulator} in {wildcards.verifier}"
    script:
        "../../scripts/score.py"


rule tabulate_scores:
    input:
        unpack(lambda wildcards: FILES.table_of_scores(wildcards.selection)),
    output:
        PATHS.scores_table(),
    log:
        f"{ROOT}/logs/tabulate_scores.{{selection}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("tabulate_scores.py"),
    message:
        "Tabulate the scores of the runs of {wildcards.selection}"
    script:
        "../../scripts/tabulate_scores.py"


if STUDY.twin:

    localrules:
        score_recovery,

    rule score_recovery:
        input:
            domain=PATHS.domain,
            truth=PATHS.true_parameters,
            runs=lambda wildcards: FILES.of_runs(
                PATHS.run().parameters, FILES.runs(wildcards.selection)
            ),
        output:
            PATHS.recovery_table(),
        log:
            f"{ROOT}/logs/score_recovery.{{selection}}.log",
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=20,
        params:
            settings=settings("priors"),
            code=code("score_recovery.py"),
        message:
            "Compare estimated parameters with the truth"
        script:
            "../../scripts/score_recovery.py"
