SENSITIVITY_CHECKS = [
    PATHS.surrogate(surrogate).sensitivity_check(suffix)
    for surrogate in sorted(surrogates_of(STUDY))
    for suffix in ("md", "html")
]


localrules:
    check_sensitivity,


rule check_sensitivity:
    input:
        f"{ROOT}/surrogate/{{surrogate}}/sensitivity.csv",
    output:
        csv=PATHS.surrogate().sensitivity_check(),
        md=PATHS.surrogate().sensitivity_check("md"),
        html=report(
            PATHS.surrogate().sensitivity_check("html"),
            caption="../report/sensitivity-check.rst",
            category="Tables",
            labels={
                "paper": "",
                "shows": "Sensitivity check of the surrogate",
                "surrogate": "{surrogate}",
            },
        ),
    log:
        f"{ROOT}/logs/check_sensitivity.{{surrogate}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("surrogate.sensitivity_check"),
        code=code("check_sensitivity.py"),
    message:
        "Compare the {wildcards.surrogate} surrogate's response to each parameter with VIC's"
    script:
        "../../scripts/check_sensitivity.py"
