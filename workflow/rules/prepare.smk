localrules:
    prepare_domain,


rule prepare_domain:
    input:
        raw=paths_of([*domain_files(STUDY), *elevation_files(STUDY)]),
    output:
        PATHS.domain,
    log:
        f"{ROOT}/logs/prepare_domain.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings("domain", "space", "products.elevation", "vic.parameters"),
        code=code("prepare_domain.py", STUDY.products.elevation),
    message:
        "Prepare the domain"
    script:
        "../../scripts/prepare_domain.py"


rule prepare_forcing:
    input:
        domain=PATHS.domain,
        raw=lambda wildcards: paths_of(
            forcing_files(STUDY, RECORD_YEARS[int(wildcards.year)])
        ),
    output:
        PATHS.vic_forcing(),
    log:
        f"{ROOT}/logs/prepare_forcing.{{year}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        settings=settings("products.forcing", "vic.snow_steps_per_day"),
        days=lambda wildcards: RECORD_YEARS[int(wildcards.year)].model_dump(mode="json"),
        ends_record=lambda wildcards: int(wildcards.year) == max(RECORD_YEARS),
        code=code("prepare_forcing.py", STUDY.products.forcing),
    message:
        "Prepare VIC's forcing of {wildcards.year}"
    script:
        "../../scripts/prepare_forcing.py"


rule prepare_daily_forcing:
    input:
        expand(PATHS.vic_forcing(), year=RECORD_YEARS),
    output:
        PATHS.record.forcing,
    log:
        f"{ROOT}/logs/prepare_daily_forcing.log",
    group:
        "land"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        end=str(STUDY.periods.record.end),
        code=code("prepare_daily_forcing.py"),
    message:
        "Prepare daily forcing for the networks"
    script:
        "../../scripts/prepare_daily_forcing.py"


use rule prepare_daily_forcing as prepare_learning_forcing with:
    input:
        expand(PATHS.vic_forcing(), year=SEEN_YEARS),
    output:
        PATHS.learning.forcing,
    log:
        f"{ROOT}/logs/prepare_learning_forcing.log",
    params:
        end=str(SEEN.record.end),
        code=code("prepare_daily_forcing.py"),
    message:
        "Prepare the daily forcing that methods may see"


rule prepare_land:
    input:
        domain=PATHS.domain,
        forcing=PATHS.learning.forcing,
        raw=paths_of(static_files(STUDY)),
    output:
        attributes=PATHS.attributes,
        soil=PATHS.soil if STUDY.products.soil else [],
        parameters=PATHS.vic_parameters,
    log:
        f"{ROOT}/logs/prepare_land.log",
    group:
        "land"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(20),
    params:
        settings=settings(
            "products.elevation",
            "products.soil",
            "products.land_cover",
            "products.attributes",
            "vic.parameters",
            "priors",
        ),
        code=code(
            "prepare_land.py",
            STUDY.products.elevation,
            STUDY.products.soil,
            STUDY.products.land_cover,
            *STUDY.products.attributes.values(),
        ),
    message:
        "Prepare attributes, native soil and VIC's default parameters"
    script:
        "../../scripts/prepare_land.py"


if not STUDY.products.soil:

    rule prepare_mpr_soil:
        input:
            domain=PATHS.domain,
            parameters=PATHS.vic_parameters,
            raw=paths_of(mpr_files(STUDY)),
        output:
            PATHS.soil,
        log:
            f"{ROOT}/logs/prepare_mpr_soil.log",
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=growing(3000),
            runtime=growing(20),
        params:
            settings=SETTINGS.mpr_soil(),
            code=code(
                "prepare_mpr_soil.py",
                STUDY.products.elevation,
                *STUDY.products.attributes.values(),
            ),
        message:
            "Prepare the soil and terrain that MPR's transfer functions use"
        script:
            "../../scripts/prepare_mpr_soil.py"


rule prepare_observations:
    input:
        domain=PATHS.domain,
        raw=lambda wildcards: (
            paths_of(observation_files(STUDY, wildcards.target))
            or PATHS.truth(wildcards.target)
        ),
        forcing=lambda wildcards: FILES.forcing_for_observations(
            wildcards.target, PATHS.record.forcing
        ),
    output:
        PATHS.record.observations(),
    log:
        f"{ROOT}/logs/prepare_observations.{{target}}.log",
    group:
        "observe"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(60),
    params:
        settings=settings("periods", "products.observations"),
        code=lambda wildcards: code(
            "prepare_observations.py", STUDY.products.observations[wildcards.target]
        ),
    message:
        "Prepare observations of {wildcards.target}"
    script:
        "../../scripts/prepare_observations.py"


use rule prepare_observations as prepare_learning_observations with:
    input:
        domain=PATHS.domain,
        raw=lambda wildcards: (
            paths_of(observation_files(STUDY, wildcards.target, SEEN.scored))
            or PATHS.truth(wildcards.target, learning=True)
        ),
        forcing=lambda wildcards: FILES.forcing_for_observations(
            wildcards.target, PATHS.learning.forcing
        ),
    output:
        PATHS.learning.observations(),
    log:
        f"{ROOT}/logs/prepare_learning_observations.{{target}}.log",
    params:
        settings=settings(*SEEN_PERIODS, "products.observations"),
        code=lambda wildcards: code(
            "prepare_observations.py", STUDY.products.observations[wildcards.target]
        ),
    message:
        "Prepare the observations of {wildcards.target} that methods may see"


if FILES.scaling:

    rule prepare_scaling:
        input:
            unpack(lambda wildcards: FILES.simulator("vic", SEEN_YEARS)),
            domain=PATHS.domain,
            forcing=PATHS.learning.forcing,
            observations=PATHS.learning.observations(TARGET),
            parameters=PATHS.vic_parameters,
        output:
            FILES.scaling,
        log:
            f"{ROOT}/logs/prepare_scaling.log",
        conda:
            environment()
        threads: STUDY.compute.torch_threads
        resources:
            mem_mb=growing(3000),
            runtime=growing(60),
            gpu=gpus(),
        params:
            settings=settings(
                *SEEN_PERIODS,
                "calibration.target",
                "calibration.scaling",
                "space",
                "priors",
                "vic",
                "compute",
            ),
            code=code("prepare_scaling.py"),
        message:
            "Match the default run's mean and spread to the observations"
        script:
            "../../scripts/prepare_scaling.py"
