use rule calibrate as search_cells with:
    input:
        unpack(calibration_files),
    output:
        parameters=f"{CELL_SEARCH}/parameters.nc",
        history=f"{CELL_SEARCH}/history.csv",
    log:
        f"{ROOT}/logs/search_cells.{{search}}.{{simulator}}.{{seed}}.log",
    params:
        method="cell-sceua",
        seed=lambda wildcards: int(wildcards.seed),
        simulator=lambda wildcards: wildcards.simulator,
        settings=cell_search_settings,
        code=lambda wildcards: code_of_calibration("cell-sceua", wildcards.simulator),
    message:
        "Search each cell on {wildcards.simulator}, seed {wildcards.seed}, for head starts"
