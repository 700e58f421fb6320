localrules:
    tabulate_scores,


rule score:
    input:
        domain=f"{ROOT}/domain.nc",
        observations=f"{ROOT}/observations/{TARGET}.nc",
        simulation=f"{ROOT}/validation/{{method}}/{{simulator}}/seed-{{seed}}/{{verifier}}.nc",
    output:
        train=f"{ROOT}/scores/{{method}}/{{simulator}}/seed-{{seed}}/{{verifier}}-train.nc",
        test=f"{ROOT}/scores/{{method}}/{{simulator}}/seed-{{seed}}/{{verifier}}-test.nc",
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
        settings=settings("periods.train", "periods.test", "calibration.target"),
        code=code("score.py"),
    message:
        "Score {wildcards.method} on {wildcards.simulator} in {wildcards.verifier}"
    script:
        "../../scripts/score.py"


rule tabulate_scores:
    input:
        simulator=scores_of_selection("simulator"),
        vic=scores_of_selection("vic"),
        real=scores_of_selection(*REAL_VIC),
        default=scores_of_selection("simulator", method="default"),
    output:
        f"{ROOT}/scores/{{selection}}/runs.csv",
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
            domain=f"{ROOT}/domain.nc",
            truth=f"{ROOT}/truth/parameters.nc",
            runs=of_selection(f"{RUN}/parameters.nc"),
        output:
            f"{ROOT}/scores/{{selection}}/recovery.csv",
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
