localrules:
    choose_candidate,


use rule calibrate as try_candidate with:
    input:
        unpack(calibration_files),
        unpack(searched_files),
    output:
        parameters=f"{SEARCH}/candidate-{{candidate}}/parameters.nc",
        history=f"{SEARCH}/candidate-{{candidate}}/history.csv",
    log:
        f"{ROOT}/logs/try_candidate.{{method}}.{{simulator}}.{{candidate}}.log",
    params:
        method=lambda wildcards: wildcards.method,
        seed=1,
        simulator=lambda wildcards: wildcards.simulator,
        settings=candidate_settings,
        code=lambda wildcards: code_of_calibration(
            wildcards.method, wildcards.simulator
        ),
    message:
        "Try candidate {wildcards.candidate} of {wildcards.method} on {wildcards.simulator}"


rule choose_candidate:
    input:
        candidate_histories,
    output:
        choice=f"{SEARCH}/choice.json",
        table=f"{SEARCH}/candidates.csv",
    log:
        f"{ROOT}/logs/choose_candidate.{{method}}.{{simulator}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        candidates=lambda wildcards: CANDIDATES[wildcards.method],
        code=code("choose_candidate.py"),
    message:
        "Choose the settings of {wildcards.method} on {wildcards.simulator} by validation"
    script:
        "../../scripts/choose_candidate.py"
