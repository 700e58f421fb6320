localrules:
    gather_check_scores,


rule prepare_check:
    input:
        domain=PATHS.domain,
        raw=lambda wildcards: paths_of(check_files(STUDY, wildcards.variable)),
    output:
        PATHS.check(),
    log:
        f"{ROOT}/logs/prepare_check.{{variable}}.log",
    wildcard_constraints:
        variable="|".join(STUDY.products.checks),
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        settings=settings("periods", "products.checks"),
        code=lambda wildcards: code(
            "prepare_check.py", STUDY.products.checks[wildcards.variable]
        ),
    message:
        "Prepare {wildcards.variable}, which is only scored"
    script:
        "../../scripts/prepare_check.py"


rule score_check:
    input:
        domain=PATHS.domain,
        observed=PATHS.check(),
        simulation=PATHS.simulation(),
    output:
        train=PATHS.check_scores("train"),
        test=PATHS.check_scores("test"),
    log:
        f"{ROOT}/logs/score_check.{{variable}}.{{method}}.{{simulator}}.{{seed}}.{{verifier}}.log",
    wildcard_constraints:
        variable="|".join(STUDY.products.checks),
    group:
        "verify"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        settings=settings("periods.train", "periods.test"),
        code=code("score_check.py"),
    message:
        "Score {wildcards.variable} of {wildcards.method} on {wildcards.simulator} in {wildcards.verifier}"
    script:
        "../../scripts/score_check.py"


rule gather_check_scores:
    input:
        scores=lambda wildcards: FILES.check_scores(wildcards.selection),
    output:
        PATHS.checks_table(),
    log:
        f"{ROOT}/logs/gather_check_scores.{{selection}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("gather_check_scores.py"),
    message:
        "Gather the scores of what nothing learned from"
    script:
        "../../scripts/gather_check_scores.py"
