rule calibrate:
    input:
        unpack(simulator_files),
        domain=f"{ROOT}/domain.nc",
        attributes=f"{ROOT}/attributes.nc",
        soil=f"{ROOT}/soil-native.nc" if STUDY.products.soil else [],
        forcing=f"{ROOT}/forcing-daily.nc",
        observations=f"{ROOT}/observations/{TARGET}.nc",
        parameters=f"{ROOT}/vic/params.nc",
    output:
        parameters=f"{RUN}/parameters.nc",
        history=f"{RUN}/history.csv",
    log:
        f"{ROOT}/logs/calibrate.{{method}}.{{simulator}}.{{seed}}.log",
    priority: 1
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=4000,
        runtime=1440,
        gpu=gpus(),
    params:
        settings=lambda wildcards: settings(
            "study",
            "periods",
            "priors",
            "calibration.target",
            *method_sections(wildcards.method),
            *simulator_sections(wildcards.simulator),
            "compute",
        ),
        code=lambda wildcards: code_of_method(wildcards.method),
    message:
        "Calibrate by {wildcards.method} on {wildcards.simulator}, seed {wildcards.seed}"
    script:
        "../../scripts/calibrate.py"


rule write_vic_parameters:
    input:
        domain=f"{ROOT}/domain.nc",
        calibrated=f"{RUN}/parameters.nc",
        parameters=f"{ROOT}/vic/params.nc",
    output:
        f"{RUN}/params.nc",
    log:
        f"{ROOT}/logs/write_vic_parameters.{{method}}.{{simulator}}.{{seed}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("study"),
        code=code("write_vic_parameters.py"),
    message:
        "Write the parameters of {wildcards.method} on {wildcards.simulator} as a VIC file"
    script:
        "../../scripts/write_vic_parameters.py"
