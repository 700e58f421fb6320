rule simulate:
    input:
        unpack(lambda wildcards: FILES.simulator(wildcards.verifier, RECORD_YEARS)),
        domain=PATHS.domain,
        calibrated=PATHS.run().parameters,
        forcing=PATHS.record.forcing,
        parameters=PATHS.vic_parameters,
    output:
        PATHS.simulation(),
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
        settings=lambda wildcards: SETTINGS.simulation(wildcards.verifier),
        code=lambda wildcards: code_on_simulator("simulate.py", wildcards.verifier),
    message:
        "Simulate with the parameters of {wildcards.method} on {wildcards.simulator} in {wildcards.verifier}"
    script:
        "../../scripts/simulate.py"


if STUDY.vic.executable:

    rule simulate_executable:
        input:
            executable=STUDY.vic.executable,
            vic_forcing=expand(PATHS.vic_forcing(), year=RECORD_YEARS),
            domain=PATHS.domain,
            calibrated=PATHS.run().parameters,
            parameters=PATHS.vic_parameters,
        output:
            PATHS.simulation("vic-image"),
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
