rule fill_observations:
    input:
        domain=PATHS.domain,
        attributes=PATHS.attributes,
        forcing=PATHS.learning.forcing,
        observations=PATHS.learning.observations(TARGET),
    output:
        filled=PATHS.filled,
        filler=PATHS.filler,
        history=PATHS.filler_history,
    log:
        f"{ROOT}/logs/fill_observations.log",
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        target=TARGET,
        settings=settings(
            *SEEN_PERIODS, "study.seed", "space", "compute", "products.observations"
        ),
        code=code("fill_observations.py"),
    message:
        "Fill the gaps of observed {params.target}"
    script:
        "../../scripts/fill_observations.py"


rule score_filler:
    input:
        domain=PATHS.domain,
        attributes=PATHS.attributes,
        forcing=PATHS.record.forcing,
        observations=PATHS.record.observations(TARGET),
        filler=PATHS.filler,
    output:
        PATHS.filler_scores,
    log:
        f"{ROOT}/logs/score_filler.log",
    conda:
        "../../envs/cpu.yaml"
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        target=TARGET,
        settings=settings(
            "periods", "study.seed", "space", "compute", "products.observations"
        ),
        code=code("score_filler.py"),
    message:
        "Judge the filler of {params.target} by hidden observations"
    script:
        "../../scripts/score_filler.py"
