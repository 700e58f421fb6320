GATES = expand(
    f"{ROOT}/surrogate/{{surrogate}}/gate.{{kind}}",
    surrogate=sorted(SURROGATES),
    kind=["md", "html"],
)


localrules:
    gate_surrogate,


rule gate_surrogate:
    input:
        f"{ROOT}/surrogate/{{surrogate}}/sensitivity.csv",
    output:
        csv=f"{ROOT}/surrogate/{{surrogate}}/gate.csv",
        md=f"{ROOT}/surrogate/{{surrogate}}/gate.md",
        html=report(
            f"{ROOT}/surrogate/{{surrogate}}/gate.html",
            caption="../report/gate.rst",
            category="Tables",
            labels=labels("", "Gate of the surrogate", simulator="{surrogate}"),
        ),
    log:
        f"{ROOT}/logs/gate_surrogate.{{surrogate}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("surrogate.gate"),
        code=code("gate_surrogate.py"),
    message:
        "Compare the {wildcards.surrogate} surrogate's response to each parameter with VIC's"
    script:
        "../../scripts/gate_surrogate.py"
