localrules:
    write_vic_parameters,


rule calibrate:
    input:
        unpack(
            lambda wildcards: FILES.calibration(wildcards.method, wildcards.simulator)
        ),
        unpack(
            lambda wildcards: FILES.searched(
                wildcards.method, wildcards.simulator, wildcards.seed
            )
        ),
        unpack(lambda wildcards: FILES.choice(wildcards.method, wildcards.simulator)),
    output:
        parameters=PATHS.run().parameters,
        history=PATHS.run().history,
    log:
        f"{ROOT}/logs/calibrate.{{method}}.{{simulator}}.{{seed}}.log",
    wildcard_constraints:
        method="|".join(
            method for method in METHODS if method not in sampling_methods()
        ),
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
        settings=lambda wildcards: SETTINGS.calibration(
            wildcards.method, wildcards.simulator
        ),
        code=lambda wildcards: code_of_calibration(
            wildcards.method, wildcards.simulator
        ),
    message:
        "Calibrate by {wildcards.method} on {wildcards.simulator}, seed {wildcards.seed}"
    script:
        "../../scripts/calibrate.py"


use rule calibrate as calibrate_posterior with:
    output:
        parameters=PATHS.run().parameters,
        posterior=PATHS.run().posterior,
        history=PATHS.run().history,
    wildcard_constraints:
        method="|".join(sampling_methods()),


rule write_vic_parameters:
    input:
        domain=PATHS.domain,
        calibrated=PATHS.run().parameters,
        parameters=PATHS.vic_parameters,
    output:
        PATHS.run().vic_parameters,
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
