localrules:
    sample_near_pilots,


use rule calibrate as search_cells_of_round with:
    input:
        unpack(files_of_round),
    output:
        parameters=f"{ROUND}-{{round}}/cell-search-{{search}}.nc",
        history=f"{ROUND}-{{round}}/cell-search-{{search}}.csv",
    log:
        f"{ROOT}/logs/search_cells_of_round.{{surrogate}}.{{round}}.{{search}}.log",
    params:
        method="cell-sceua",
        seed=1,
        simulator=lambda wildcards: wildcards.surrogate,
        settings=lambda wildcards: cell_search_settings(wildcards, wildcards.surrogate),
        code=lambda wildcards: code_of_calibration("cell-sceua", wildcards.surrogate),
    message:
        "Search each cell on {wildcards.surrogate} for the pilots of round {wildcards.round}"


use rule calibrate as calibrate_pilot with:
    input:
        unpack(pilot_files),
    output:
        parameters=f"{ROUND}-{{round}}/pilot-{{method}}.nc",
        history=f"{ROUND}-{{round}}/pilot-{{method}}.csv",
    log:
        f"{ROOT}/logs/calibrate_pilot.{{surrogate}}.{{round}}.{{method}}.log",
    params:
        method=lambda wildcards: wildcards.method,
        seed=1,
        simulator=lambda wildcards: wildcards.surrogate,
        settings=pilot_settings,
        code=lambda wildcards: code_of_calibration(
            wildcards.method, wildcards.surrogate
        ),
    message:
        "Calibrate a pilot by {wildcards.method} on {wildcards.surrogate} for round {wildcards.round}"


rule sample_near_pilots:
    input:
        domain=f"{ROOT}/domain.nc",
        pilots=expand(
            f"{ROUND}-{{round}}/pilot-{{method}}.nc",
            method=REFINEMENT.methods,
            allow_missing=True,
        ),
    output:
        f"{ROUND}-{{round}}/members.nc",
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
        domain=f"{ROOT}/domain.nc",
        members=f"{ROUND}-{{round}}/members.nc",
        forcing=expand(f"{ROOT}/vic/forcing.{{year}}.nc", year=LEARNING_YEARS),
        parameters=f"{ROOT}/vic/params.nc",
    output:
        f"{ROUND}-{{round}}/fluxes.nc",
    log:
        f"{ROOT}/logs/run_members_of_round.{{surrogate}}.{{round}}.log",
    params:
        settings=RUN_MEMBERS,
        code=code("run_members.py"),
    message:
        "Run the members of round {wildcards.round} of {wildcards.surrogate} through VIC"


use rule train_surrogate as fine_tune_surrogate with:
    input:
        domain=f"{ROOT}/domain.nc",
        members=f"{ROOT}/ensemble/members.nc",
        fluxes=expand(f"{ROOT}/ensemble/fluxes-{{batch}}.nc", batch=BATCHES),
        forcing=f"{ROOT}/learning/forcing-daily.nc",
        weights=previous_weights,
        round_members=rounds_until(f"{ROUND}-{{round}}/members.nc"),
        round_fluxes=rounds_until(f"{ROUND}-{{round}}/fluxes.nc"),
    output:
        weights=f"{ROUND}-{{round}}/weights.pt",
        history=f"{ROUND}-{{round}}/history.csv",
    log:
        f"{ROOT}/logs/fine_tune_surrogate.{{surrogate}}.{{round}}.log",
    params:
        settings=fine_tuning_settings,
        code=lambda wildcards: code_of_surrogate("train_surrogate.py", wildcards),
    message:
        "Fine-tune the {wildcards.surrogate} surrogate, round {wildcards.round}"
