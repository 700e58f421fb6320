rule simulate:
    input:
        unpack(verifier_files),
        domain=f"{ROOT}/domain.nc",
        calibrated=f"{RUN}/parameters.nc",
        forcing=f"{ROOT}/forcing-daily.nc",
        parameters=f"{ROOT}/vic/params.nc",
    output:
        f"{ROOT}/validation/{{method}}/{{simulator}}/seed-{{seed}}/{{verifier}}.nc",
    log:
        f"{ROOT}/logs/simulate.{{method}}.{{simulator}}.{{seed}}.{{verifier}}.log",
    wildcard_constraints:
        verifier="[a-z][a-z0-9]*",
    group:
        "verify"
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
        gpu=gpus(),
    params:
        settings=lambda wildcards: settings(
            "periods",
            "calibration.target",
            *simulator_sections(wildcards.verifier),
            "priors",
            "compute",
        ),
        code=lambda wildcards: code_digest(
            SCRIPTS / "simulate.py", *modules_of_simulator(wildcards.verifier)
        ),
    message:
        "Simulate with the parameters of {wildcards.method} on {wildcards.simulator} in {wildcards.verifier}"
    script:
        "../../scripts/simulate.py"


if STUDY.vic.executable:

    rule simulate_executable:
        input:
            executable=STUDY.vic.executable,
            vic_forcing=expand(f"{ROOT}/vic/forcing.{{year}}.nc", year=RECORD_YEARS),
            domain=f"{ROOT}/domain.nc",
            calibrated=f"{RUN}/parameters.nc",
            parameters=f"{ROOT}/vic/params.nc",
        output:
            f"{ROOT}/validation/{{method}}/{{simulator}}/seed-{{seed}}/vic-image.nc",
        log:
            f"{ROOT}/logs/simulate_executable.{{method}}.{{simulator}}.{{seed}}.log",
        group:
            "verify"
        conda:
            "../../envs/cpu.yaml"
        threads: STUDY.vic.processes
        resources:
            mem_mb=growing(3000),
            runtime=growing(30 + round(STUDY.vic.timeout_minutes)),
        params:
            settings=settings(
                "periods",
                "vic",
                *[f"vic.{name}" for name in REAL_PROGRAM],
            ),
            code=code("simulate_executable.py"),
        message:
            "Simulate with the parameters of {wildcards.method} on {wildcards.simulator} in the real VIC"
        script:
            "../../scripts/simulate_executable.py"
