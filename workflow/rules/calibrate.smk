localrules:
    write_vic_parameters,


rule calibrate:
    input:
        unpack(calibration_files),
        unpack(searched_files),
        unpack(choice_file),
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
        mem_mb=growing(4000),
        runtime=growing(480),
        gpu=gpus(),
    params:
        method=lambda wildcards: wildcards.method,
        seed=lambda wildcards: int(wildcards.seed),
        simulator=lambda wildcards: wildcards.simulator,
        settings=calibration_settings,
        code=lambda wildcards: code_of_calibration(
            wildcards.method, wildcards.simulator
        ),
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
        code=code("write_vic_parameters.py"),
    message:
        "Write the parameters of {wildcards.method} on {wildcards.simulator} as a VIC file"
    script:
        "../../scripts/write_vic_parameters.py"
