use rule calibrate as search_cells with:
    input:
        unpack(lambda wildcards: FILES.calibration(CELL_SEARCH, wildcards.simulator)),
    output:
        parameters=PATHS.cell_search().parameters,
        history=PATHS.cell_search().history,
    log:
        f"{ROOT}/logs/search_cells.{{search}}.{{simulator}}.{{seed}}.log",
    params:
        method=CELL_SEARCH,
        seed=lambda wildcards: int(wildcards.seed),
        simulator=lambda wildcards: wildcards.simulator,
        settings=lambda wildcards: SETTINGS.cell_search(
            wildcards.search, wildcards.simulator
        ),
        code=lambda wildcards: code_of_calibration(CELL_SEARCH, wildcards.simulator),
    message:
        "Search each cell on {wildcards.simulator}, seed {wildcards.seed}, for pretraining"
