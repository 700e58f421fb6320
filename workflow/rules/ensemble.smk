localrules:
    sample_batch,


rule sample_members:
    input:
        domain=PATHS.domain,
        attributes=PATHS.attributes,
    output:
        PATHS.ensemble.members,
    log:
        f"{ROOT}/logs/sample_members.log",
    priority: 2
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        settings=settings("study.seed", "priors", "ensemble"),
        code=code("sample_members.py"),
    message:
        "Sample parameter fields of the members from the priors"
    script:
        "../../scripts/sample_members.py"


use rule sample_members as sample_batch with:
    output:
        PATHS.ensemble.members_of_batch(),
    log:
        f"{ROOT}/logs/sample_batch.{{batch}}.log",
    params:
        members=lambda wildcards: SETTINGS.batch(int(wildcards.batch)),
        settings=settings(
            "study.seed",
            "priors",
            "ensemble.mixture",
            "ensemble.correlation_length",
        ),
        code=code("sample_members.py"),
    message:
        "Sample parameter fields of batch {wildcards.batch} of the members"


rule run_members:
    input:
        domain=PATHS.domain,
        members=PATHS.ensemble.members_of_batch(),
        forcing=expand(PATHS.vic_forcing(), year=LEARNING_YEARS),
        parameters=PATHS.vic_parameters,
    output:
        PATHS.ensemble.fluxes_of_batch(),
    log:
        f"{ROOT}/logs/run_members.{{batch}}.log",
    priority: 2
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
        gpu=gpus(),
    params:
        settings=RUN_MEMBERS,
        code=code("run_members.py"),
    message:
        "Run batch {wildcards.batch} of the members through VIC"
    script:
        "../../scripts/run_members.py"
