localrules:
    take_last_round,


rule train_surrogate:
    input:
        domain=f"{ROOT}/domain.nc",
        members=f"{ROOT}/ensemble/members.nc",
        fluxes=expand(f"{ROOT}/ensemble/fluxes-{{batch}}.nc", batch=BATCHES),
        forcing=f"{ROOT}/learning/forcing-daily.nc",
    output:
        weights=f"{ROUND}-0/weights.pt",
        history=f"{ROOT}/surrogate/{{surrogate}}/history.csv",
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
        settings=training_settings,
        code=lambda wildcards: code_of_surrogate("train_surrogate.py", wildcards),
    message:
        "Train the {wildcards.surrogate} surrogate of VIC"
    script:
        "../../scripts/train_surrogate.py"


rule take_last_round:
    input:
        f"{ROUND}-{STUDY.surrogate.refinement.rounds}/weights.pt",
    output:
        f"{ROOT}/surrogate/{{surrogate}}/weights.pt",
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
        domain=f"{ROOT}/domain.nc",
        members=f"{ROOT}/ensemble/members.nc",
        fluxes=expand(f"{ROOT}/ensemble/fluxes-{{batch}}.nc", batch=BATCHES),
        forcing=f"{ROOT}/learning/forcing-daily.nc",
        weights=f"{ROOT}/surrogate/{{surrogate}}/weights.pt",
    output:
        skill=f"{ROOT}/surrogate/{{surrogate}}/skill.nc",
        table=f"{ROOT}/surrogate/{{surrogate}}/skill.csv",
        sensitivity=f"{ROOT}/surrogate/{{surrogate}}/sensitivity.csv",
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
        code=lambda wildcards: code_of_surrogate("score_surrogate.py", wildcards),
    message:
        "Score the {wildcards.surrogate} surrogate on the test members"
    script:
        "../../scripts/score_surrogate.py"
