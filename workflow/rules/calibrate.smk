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
    conda:
        environment()
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
