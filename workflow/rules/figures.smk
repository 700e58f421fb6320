for figure in ENTRIES.values():

    rule:
        name:
            figure.rule
        input:
            unpack(figure_inputs(figure)),
        output:
            **figure_outputs(figure),
        log:
            f"{ROOT}/{figure.log}",
        localrule: True
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=20,
        params:
            figure=figure.name,
            paper=figure.paper.words if figure.paper else "",
            scored=figure_scored,
            settings=figure_settings(figure),
            code=figure_code(figure),
        message:
            figure.message
        script:
            "../../scripts/draw_figure.py"
