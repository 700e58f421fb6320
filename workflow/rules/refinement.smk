localrules:
    sample_near_pilots,


use rule calibrate as search_cells_of_round with:
    input:
        unpack(
            lambda wildcards: FILES.round(
                CELL_SEARCH, wildcards.surrogate, int(wildcards.round)
            )
        ),
    output:
        parameters=PATHS.surrogate().round().cell_search(),
        history=PATHS.surrogate().round().cell_search(suffix="csv"),
    log:
        f"{ROOT}/logs/search_cells_of_round.{{surrogate}}.{{round}}.{{search}}.log",
    params:
        method=CELL_SEARCH,
        seed=1,
        simulator=lambda wildcards: wildcards.surrogate,
        settings=lambda wildcards: SETTINGS.cell_search(
            wildcards.search, wildcards.surrogate
        ),
        code=lambda wildcards: code_of_calibration(CELL_SEARCH, wildcards.surrogate),
    message:
        "Search each cell on {wildcards.surrogate} for the pilots of round {wildcards.round}"


use rule calibrate as calibrate_pilot with:
    input:
        unpack(
            lambda wildcards: FILES.pilot(
                wildcards.method, wildcards.surrogate, int(wildcards.round)
            )
        ),
    output:
        parameters=PATHS.surrogate().round().pilot(),
        history=PATHS.surrogate().round().pilot(suffix="csv"),
    log:
        f"{ROOT}/logs/calibrate_pilot.{{surrogate}}.{{round}}.{{method}}.log",
    params:
        method=lambda wildcards: wildcards.method,
        seed=1,
        simulator=lambda wildcards: wildcards.surrogate,
        settings=lambda wildcards: SETTINGS.pilot(wildcards.method, wildcards.surrogate),
        code=lambda wildcards: code_of_calibration(
            wildcards.method, wildcards.surrogate
        ),
    message:
        "Calibrate a pilot by {wildcards.method} on {wildcards.surrogate} for round {wildcards.round}"


rule sample_near_pilots:
    input:
        domain=PATHS.domain,
        pilots=expand(
            PATHS.surrogate().round().pilot(),
            method=REFINEMENT.methods,
            allow_missing=True,
        ),
    output:
        PATHS.surrogate().round().members,
    log:
        f"{ROOT}/logs/sample_near_pilots.{{surrogate}}.{{round}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings(
            "study.seed",
            "priors",
            "ensemble.correlation_length",
            "surrogate.refinement",
        ),
        code=code("sample_near_pilots.py"),
    message:
        "Sample members near the pilots' fields on {wildcards.surrogate}, round {wildcards.round}"
    script:
        "../../scripts/sample_near_pilots.py"


use rule run_members as run_members_of_round with:
    input:
        domain=PATHS.domain,
        members=PATHS.surrogate().round().members,
        forcing=expand(PATHS.vic_forcing(), year=LEARNING_YEARS),
        parameters=PATHS.vic_parameters,
    output:
        PATHS.surrogate().round().fluxes,
    log:
        f"{ROOT}/logs/run_members_of_round.{{surrogate}}.{{round}}.log",
    params:
        settings=RUN_MEMBERS,
        code=code("run_members.py"),
    message:
        "Run the members of round {wildcards.round} of {wildcards.surrogate} through VIC"


use rule train_surrogate as fine_tune_surrogate with:
    input:
        unpack(
            lambda wildcards: FILES.fine_tuning(
                wildcards.surrogate, int(wildcards.round)
            )
        ),
        domain=PATHS.domain,
        members=PATHS.ensemble.members,
        fluxes=expand(PATHS.ensemble.fluxes_of_batch(), batch=BATCHES),
        forcing=PATHS.learning.forcing,
    output:
        weights=PATHS.surrogate().round().weights,
        history=PATHS.surrogate().round().history,
    log:
        f"{ROOT}/logs/fine_tune_surrogate.{{surrogate}}.{{round}}.log",
    params:
        settings=lambda wildcards: SETTINGS.fine_tuning(wildcards.surrogate),
        code=lambda wildcards: code_on_simulator(
            "train_surrogate.py", wildcards.surrogate
        ),
    message:
        "Fine-tune the {wildcards.surrogate} surrogate, round {wildcards.round}"
