if STUDY.twin and STUDY.twin.climate:

    rule write_twin_land:
        output:
            made_files([*domain_files(STUDY), *static_files(STUDY)]),
        log:
            f"{ROOT}/logs/write_twin_land.log",
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=growing(2000),
            runtime=growing(20),
        params:
            settings=settings("domain", "products", "twin.seed"),
            code=code("write_twin_land.py"),
        message:
            "Write the twin's terrain, soil, land cover and basin"
        script:
            "../../scripts/write_twin_land.py"

    for climate_year, climate_days in TWIN_YEARS.items():

        rule:
            name:
                f"write_twin_climate_{climate_year}"
            output:
                climate_files(climate_days),
            log:
                f"{ROOT}/logs/write_twin_climate_{climate_year}.log",
            conda:
                "../../envs/cpu.yaml"
            threads: 1
            resources:
                mem_mb=growing(3000),
                runtime=growing(30),
            params:
                days=climate_days.model_dump(mode="json"),
                settings=settings("domain", "products", "twin.seed"),
                code=code("write_twin_climate.py"),
            message:
                f"Write the twin's CMFD files of {climate_year}"
            script:
                "../../scripts/write_twin_climate.py"


if STUDY.twin:

    rule observe_truth:
        input:
            domain=f"{ROOT}/domain.nc",
            attributes=f"{ROOT}/attributes.nc",
            forcing=expand(f"{ROOT}/vic/forcing.{{year}}.nc", year=RECORD_YEARS),
            parameters=f"{ROOT}/vic/params.nc",
        output:
            observations=expand(
                f"{ROOT}/truth/{{target}}.nc", target=STUDY.products.observations
            ),
        log:
            f"{ROOT}/logs/observe_truth.log",
        group:
            "observe"
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=growing(3000),
            runtime=growing(60),
        params:
            settings=settings("periods", "vic", "priors", "twin", "compute"),
            code=code("observe_truth.py"),
        message:
            "Run the hidden truth through VIC and observe it"
        script:
            "../../scripts/observe_truth.py"

    use rule observe_truth as observe_learning_truth with:
        input:
            domain=f"{ROOT}/domain.nc",
            attributes=f"{ROOT}/attributes.nc",
            forcing=expand(f"{ROOT}/vic/forcing.{{year}}.nc", year=SEEN_YEARS),
            parameters=f"{ROOT}/vic/params.nc",
        output:
            parameters=f"{ROOT}/truth/parameters.nc",
            observations=expand(
                f"{ROOT}/truth/learning/{{target}}.nc",
                target=STUDY.products.observations,
            ),
        log:
            f"{ROOT}/logs/observe_learning_truth.log",
        params:
            settings=settings(*SEEN_PERIODS, "vic", "priors", "twin", "compute"),
            code=code("observe_truth.py"),
        message:
            "Run the hidden truth through VIC and observe it where methods may see"


for gleam_target in STUDY.products.observations:
    early_gleam, late_gleam = twin_gleam_files(gleam_target)

    for gleam_name, gleam_folder, gleam_files in (
        ("learning_gleam", "truth/learning", early_gleam),
        ("gleam", "truth", late_gleam),
    ):

        if gleam_files:

            rule:
                name:
                    f"write_twin_{gleam_name}_{gleam_target}"
                input:
                    f"{ROOT}/{gleam_folder}/{gleam_target}.nc",
                output:
                    gleam_files,
                log:
                    f"{ROOT}/logs/write_twin_{gleam_name}_{gleam_target}.log",
                group:
                    "observe"
                conda:
                    "../../envs/cpu.yaml"
                threads: 1
                resources:
                    mem_mb=growing(2000),
                    runtime=growing(20),
                params:
                    target=gleam_target,
                    years=[int(Path(file).parent.name) for file in gleam_files],
                    settings=settings("products.observations"),
                    code=code("write_twin_gleam.py"),
                message:
                    f"Write the truth's {gleam_target} as GLEAM files"
                script:
                    "../../scripts/write_twin_gleam.py"
