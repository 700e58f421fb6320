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
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=3000,
        runtime=120,
        gpu=gpus(),
    params:
        settings=lambda wildcards: settings(
            "study",
            "periods",
            "calibration.target",
            *simulator_sections(wildcards.verifier),
            "priors",
            "compute",
        ),
        code=code("simulate.py"),
    message:
        "Simulate with the parameters of {wildcards.method} on {wildcards.simulator} in {wildcards.verifier}"
    script:
        "../../scripts/simulate.py"
