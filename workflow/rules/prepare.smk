localrules:
    prepare_domain,


rule prepare_domain:
    input:
        raw=source_files([*domain_files(STUDY), *elevation_files(STUDY)]),
    output:
        f"{ROOT}/domain.nc",
    log:
        f"{ROOT}/logs/prepare_domain.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings("domain", "products.elevation", "vic.parameters"),
        code=code("prepare_domain.py", STUDY.products.elevation),
    message:
        "Prepare the domain"
    script:
        "../../scripts/prepare_domain.py"


rule prepare_forcing:
    input:
        domain=f"{ROOT}/domain.nc",
        raw=lambda wildcards: source_files(
            forcing_files(STUDY, RECORD_YEARS[int(wildcards.year)])
        ),
    output:
        f"{ROOT}/vic/forcing.{{year}}.nc",
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
        expand(f"{ROOT}/vic/forcing.{{year}}.nc", year=RECORD_YEARS),
    output:
        f"{ROOT}/forcing-daily.nc",
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
        expand(f"{ROOT}/vic/forcing.{{year}}.nc", year=SEEN_YEARS),
    output:
        f"{ROOT}/learning/forcing-daily.nc",
    log:
        f"{ROOT}/logs/prepare_learning_forcing.log",
    params:
        end=str(SEEN.record.end),
        code=code("prepare_daily_forcing.py"),
    message:
        "Prepare the daily forcing that methods may see"


rule prepare_land:
    input:
        domain=f"{ROOT}/domain.nc",
        forcing=f"{ROOT}/learning/forcing-daily.nc",
        raw=source_files(static_files(STUDY)),
    output:
        attributes=f"{ROOT}/attributes.nc",
        soil=f"{ROOT}/soil-native.nc" if STUDY.products.soil else [],
        parameters=f"{ROOT}/vic/params.nc",
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
            domain=f"{ROOT}/domain.nc",
            parameters=f"{ROOT}/vic/params.nc",
            raw=source_files(mpr_files(STUDY)),
        output:
            f"{ROOT}/soil-native.nc",
        log:
            f"{ROOT}/logs/prepare_mpr_soil.log",
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=growing(3000),
            runtime=growing(20),
        params:
            settings=mpr_settings(),
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
        domain=f"{ROOT}/domain.nc",
        raw=lambda wildcards: (
            source_files(observation_files(STUDY, wildcards.target))
            or f"{ROOT}/truth/{wildcards.target}.nc"
        ),
        forcing=lambda wildcards: forcing_for_observations(
            wildcards.target, f"{ROOT}/forcing-daily.nc"
        ),
    output:
        f"{ROOT}/observations/{{target}}.nc",
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
        domain=f"{ROOT}/domain.nc",
        raw=lambda wildcards: (
            source_files(observation_files(STUDY, wildcards.target, SEEN.scored))
            or f"{ROOT}/truth/learning/{wildcards.target}.nc"
        ),
        forcing=lambda wildcards: forcing_for_observations(
            wildcards.target, f"{ROOT}/learning/forcing-daily.nc"
        ),
    output:
        f"{ROOT}/learning/{{target}}.nc",
    log:
        f"{ROOT}/logs/prepare_learning_observations.{{target}}.log",
    params:
        settings=settings(*SEEN_PERIODS, "products.observations"),
        code=lambda wildcards: code(
            "prepare_observations.py", STUDY.products.observations[wildcards.target]
        ),
    message:
        "Prepare the observations of {wildcards.target} that methods may see"
