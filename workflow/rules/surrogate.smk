localrules:
    take_last_round,


rule train_surrogate:
    input:
        domain=PATHS.domain,
        members=PATHS.ensemble.members,
        fluxes=expand(PATHS.ensemble.fluxes_of_batch(), batch=BATCHES),
        forcing=PATHS.learning.forcing,
    output:
        weights=PATHS.surrogate().round(0).weights,
        history=PATHS.surrogate().history,
    log:
        f"{ROOT}/logs/train_surrogate.{{surrogate}}.log",
    priority: 2
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=growing(4000),
        runtime=growing(480),
        gpu=gpus(),
    params:
        settings=lambda wildcards: SETTINGS.surrogate_training(wildcards.surrogate),
        code=lambda wildcards: code_on_simulator(
            "train_surrogate.py", wildcards.surrogate
        ),
    message:
        "Train the {wildcards.surrogate} surrogate of VIC"
    script:
        "../../scripts/train_surrogate.py"


rule take_last_round:
    input:
        PATHS.surrogate().round(REFINEMENT.rounds).weights,
    output:
        PATHS.surrogate().weights,
    log:
        f"{ROOT}/logs/take_last_round.{{surrogate}}.log",
    priority: 2
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code("take_last_round.py"),
    message:
        "Take the {wildcards.surrogate} surrogate of the last refinement round"
    script:
        "../../scripts/take_last_round.py"


rule score_surrogate:
    input:
        domain=PATHS.domain,
        members=PATHS.ensemble.members,
        fluxes=expand(PATHS.ensemble.fluxes_of_batch(), batch=BATCHES),
        forcing=PATHS.learning.forcing,
        weights=PATHS.surrogate().weights,
    output:
        skill=PATHS.surrogate().skill,
        table=PATHS.surrogate().skill_table,
        sensitivity=PATHS.surrogate().sensitivity,
    log:
        f"{ROOT}/logs/score_surrogate.{{surrogate}}.log",
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
        gpu=gpus(),
    params:
        settings=settings(
            "study.seed",
            "periods.train",
            "priors",
            "compute",
        ),
        code=lambda wildcards: code_on_simulator(
            "score_surrogate.py", wildcards.surrogate
        ),
    message:
        "Score the {wildcards.surrogate} surrogate on the test members"
    script:
        "../../scripts/score_surrogate.py"
