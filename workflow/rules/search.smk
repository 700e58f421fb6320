localrules:
    choose_candidate,


use rule calibrate as try_candidate with:
    input:
        unpack(
            lambda wildcards: FILES.calibration(wildcards.method, wildcards.simulator)
        ),
        unpack(
            lambda wildcards: FILES.searched(wildcards.method, wildcards.simulator, 1)
        ),
    output:
        parameters=PATHS.candidate().parameters,
        history=PATHS.candidate().history,
    log:
        f"{ROOT}/logs/try_candidate.{{method}}.{{simulator}}.{{candidate}}.log",
    params:
        method=lambda wildcards: wildcards.method,
        seed=1,
        simulator=lambda wildcards: wildcards.simulator,
        settings=lambda wildcards: SETTINGS.candidate(
            wildcards.method, wildcards.simulator, int(wildcards.candidate)
        ),
        code=lambda wildcards: code_of_calibration(
            wildcards.method, wildcards.simulator
        ),
    message:
        "Try candidate {wildcards.candidate} of {wildcards.method} on {wildcards.simulator}"


rule choose_candidate:
    input:
        lambda wildcards: FILES.candidate_histories(
            wildcards.method, wildcards.simulator
        ),
    output:
        choice=PATHS.choice(),
        table=PATHS.candidates_table(),
    log:
        f"{ROOT}/logs/choose_candidate.{{method}}.{{simulator}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        candidates=lambda wildcards: STUDY.calibration.candidates_of(wildcards.method),
        code=code("choose_candidate.py"),
    message:
        "Choose the settings of {wildcards.method} on {wildcards.simulator} by validation"
    script:
        "../../scripts/choose_candidate.py"
