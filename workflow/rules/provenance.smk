PROVENANCE = f"{ROOT}/provenance.json"


localrules:
    write_provenance,


rule write_provenance:
    input:
        FIGURES_AND_TABLES,
        SENSITIVITY_CHECKS,
        PARAMETER_FILES,
    output:
        PROVENANCE,
    log:
        f"{ROOT}/logs/write_provenance.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=STUDY.model_dump(mode="json", by_alias=True),
        code=code("write_provenance.py"),
    message:
        "Write the provenance of all files of the study"
    script:
        "../../scripts/write_provenance.py"
