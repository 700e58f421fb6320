if STUDY.twin and STUDY.twin.climate:

    rule write_twin_land:
        output:
            made_paths([*domain_files(STUDY), *static_files(STUDY)]),
        log:
            f"{ROOT}/logs/write_twin_land.log",
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=growing(2000),
            runtime=growing(20),
        params:
            settings=settings("domain", "products", "twin.seed", "twin.kind"),
            code=code("write_twin_land.py"),
        message:
            "Write the twin's terrain, soil, land cover and basin"
        script:
            "../../scripts/write_twin_land.py"

    # NLDAS' files hold the cells of the domain alone.
    CLIMATE_CELLS = {"domain": PATHS.domain} if STUDY.twin.kind == "conus" else {}
    for climate_days in twin_years(STUDY):
        climate_year = climate_days.start.year

        rule:
            name:
                f"write_twin_climate_{climate_year}"
            input:
                **CLIMATE_CELLS,
            output:
                climate_paths(STUDY, climate_days),
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
                settings=settings("domain", "products", "twin.seed", "twin.kind"),
                code=code("write_twin_climate.py"),
            message:
                f"Write the twin's weather of {climate_year}"
            script:
                "../../scripts/write_twin_climate.py"


if STUDY.twin:

    TRUE_TARGETS = list(
        dict.fromkeys([*STUDY.products.observations, *STUDY.products.checks])
    )

    rule observe_truth:
        input:
            domain=PATHS.domain,
            attributes=PATHS.attributes,
            forcing=expand(PATHS.vic_forcing(), year=RECORD_YEARS),
            parameters=PATHS.vic_parameters,
        output:
            observations=expand(PATHS.truth(), target=TRUE_TARGETS),
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
            domain=PATHS.domain,
            attributes=PATHS.attributes,
            forcing=expand(PATHS.vic_forcing(), year=SEEN_YEARS),
            parameters=PATHS.vic_parameters,
        output:
            parameters=PATHS.true_parameters,
            observations=expand(
                PATHS.truth(learning=True),
                target=STUDY.products.observations,
            ),
        log:
            f"{ROOT}/logs/observe_learning_truth.log",
        params:
            settings=settings(*SEEN_PERIODS, "vic", "priors", "twin", "compute"),
            code=code("observe_truth.py"),
        message:
            "Run the hidden truth through VIC and observe it where methods may see"


for gleam_target, gleam_product in STUDY.products.observations.items():
    if gleam_product.form == "pixels":
        continue
    early_gleam, late_gleam = twin_observation_paths(STUDY, gleam_target)

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


for pixels in twin_pixels(STUDY):

    rule:
        name:
            f"write_twin_{pixels.name}"
        input:
            domain=PATHS.domain,
            truth=PATHS.truth(pixels.variable, learning=pixels.learning),
        output:
            pixels.paths,
        log:
            f"{ROOT}/logs/write_twin_{pixels.name}.log",
        group:
            "observe"
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=growing(2000),
            runtime=growing(30),
        params:
            role=pixels.role,
            variable=pixels.variable,
            settings=settings(pixels.role, "twin"),
            code=code("write_twin_pixels.py"),
        message:
            f"Write the truth's {pixels.variable} in the files of its product"
        script:
            "../../scripts/write_twin_pixels.py"
