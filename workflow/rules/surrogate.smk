rule train_lstm:
    input:
        domain=f"{ROOT}/domain.nc",
        members=f"{ROOT}/ensemble/members.nc",
        fluxes=expand(f"{ROOT}/ensemble/fluxes-{{batch}}.nc", batch=BATCHES),
        forcing=f"{ROOT}/forcing-daily.nc",
    output:
        weights=f"{ROOT}/surrogate/lstm/weights.pt",
        history=f"{ROOT}/surrogate/lstm/history.csv",
    log:
        f"{ROOT}/logs/train_lstm.log",
    priority: 2
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=4000,
        runtime=720,
        gpu=gpus(),
    params:
        settings=settings(
            "study",
            "periods.train",
            "priors",
            "surrogate.lstm",
            "calibration.target",
            "compute",
        ),
        code=code("train_lstm.py"),
    message:
        "Train the LSTM surrogate of VIC"
    script:
        "../../scripts/train_lstm.py"


rule score_lstm:
    input:
        domain=f"{ROOT}/domain.nc",
        members=f"{ROOT}/ensemble/members.nc",
        fluxes=expand(f"{ROOT}/ensemble/fluxes-{{batch}}.nc", batch=BATCHES),
        forcing=f"{ROOT}/forcing-daily.nc",
        weights=f"{ROOT}/surrogate/lstm/weights.pt",
    output:
        skill=f"{ROOT}/surrogate/lstm/skill.nc",
        table=f"{ROOT}/surrogate/lstm/skill.csv",
        sensitivity=f"{ROOT}/surrogate/lstm/sensitivity.csv",
    log:
        f"{ROOT}/logs/score_lstm.log",
    conda:
        environment()
    threads: STUDY.compute.torch_threads
    resources:
        mem_mb=4000,
        runtime=120,
        gpu=gpus(),
    params:
        settings=settings(
            "study",
            "periods.train",
            "priors",
            "calibration.target",
            "compute",
        ),
        code=code("score_lstm.py"),
    message:
        "Score the LSTM surrogate on the test members"
    script:
        "../../scripts/score_lstm.py"
