rule score:
    input:
        domain=f"{ROOT}/domain.nc",
        observations=f"{ROOT}/observations/{TARGET}.nc",
        simulation=f"{ROOT}/validation/{{method}}/{{simulator}}/seed-{{seed}}/{{verifier}}.nc",
    output:
        f"{ROOT}/scores/{{method}}/{{simulator}}/seed-{{seed}}/{{verifier}}-{{period}}.nc",
    log:
        f"{ROOT}/logs/score.{{method}}.{{simulator}}.{{seed}}.{{verifier}}.{{period}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study", "periods", "calibration.target"),
        code=code("score.py"),
    message:
        "Score {wildcards.method} on {wildcards.simulator} in {wildcards.verifier}, {wildcards.period} period"
    script:
        "../../scripts/score.py"


rule tabulate_scores:
    input:
        simulator=score_files("simulator", "train") + score_files("simulator", "test"),
        vic=score_files("vic", "train") + score_files("vic", "test"),
        real=[
            file
            for verifier in REAL_VIC
            for period in ("train", "test")
            for file in score_files(verifier, period)
        ],
        default=score_files("simulator", "train", method="default")
        + score_files("simulator", "test", method="default"),
    output:
        f"{ROOT}/scores/runs.csv",
    log:
        f"{ROOT}/logs/tabulate_scores.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("tabulate_scores.py"),
    message:
        "Tabulate the scores of all runs"
    script:
        "../../scripts/tabulate_scores.py"


if STUDY.twin:

    rule score_recovery:
        input:
            domain=f"{ROOT}/domain.nc",
            truth=f"{ROOT}/truth/parameters.nc",
            runs=of_runs(f"{RUN}/parameters.nc"),
        output:
            f"{ROOT}/scores/recovery.csv",
        log:
            f"{ROOT}/logs/score_recovery.log",
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
