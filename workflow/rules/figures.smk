rule draw_overview:
    input:
        domain=f"{ROOT}/domain.nc",
        forcing=f"{ROOT}/forcing-daily.nc",
        observations=f"{ROOT}/observations/{TARGET}.nc",
    output:
        png=report(
            f"{ROOT}/figures/overview.png",
            caption="../report/overview.rst",
            category="Study",
        ),
        pdf=f"{ROOT}/figures/overview.pdf",
    log:
        f"{ROOT}/logs/draw_overview.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study", "periods", "calibration.target"),
        code=code("draw_overview.py"),
    message:
        "Draw the study area, its climate and its observations"
    script:
        "../../scripts/draw_overview.py"


rule draw_surrogate:
    input:
        domain=f"{ROOT}/domain.nc",
        skill=f"{ROOT}/surrogate/{{surrogate}}/skill.nc",
    output:
        png=report(
            f"{ROOT}/figures/surrogate-{{surrogate}}.png",
            caption="../report/surrogate.rst",
            category="Study",
        ),
        pdf=f"{ROOT}/figures/surrogate-{{surrogate}}.pdf",
    log:
        f"{ROOT}/logs/draw_surrogate.{{surrogate}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study", "periods", "calibration.target"),
        code=code("draw_surrogate.py"),
    message:
        "Draw the skill of the {wildcards.surrogate} surrogate"
    script:
        "../../scripts/draw_surrogate.py"


rule draw_losses:
    input:
        of_runs(f"{RUN}/history.csv", FIRST_SEED),
    output:
        png=report(
            f"{ROOT}/figures/losses.png",
            caption="../report/losses.rst",
            category="Study",
        ),
        pdf=f"{ROOT}/figures/losses.pdf",
    log:
        f"{ROOT}/logs/draw_losses.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study"),
        code=code("draw_losses.py"),
    message:
        "Draw the losses of the trainings"
    script:
        "../../scripts/draw_losses.py"


rule draw_figure_4:
    input:
        domain=f"{ROOT}/domain.nc",
        scores=lambda wildcards: score_files(wildcards.scored, "test", FIRST_SEED),
    output:
        png=report(
            f"{ROOT}/figures/figure-4-{{scored}}.png",
            caption="../report/figure-4.rst",
            category="Figures",
        ),
        pdf=f"{ROOT}/figures/figure-4-{{scored}}.pdf",
    log:
        f"{ROOT}/logs/draw_figure_4.{{scored}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study", "periods", "calibration.target"),
        code=code("draw_figure_4.py"),
    message:
        "Draw figure 4: maps of RMSE, CC and KGE, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_4.py"


rule draw_figure_6:
    input:
        scores=lambda wildcards: score_files(wildcards.scored, "test", FIRST_SEED),
    output:
        png=report(
            f"{ROOT}/figures/figure-6-{{scored}}.png",
            caption="../report/figure-6.rst",
            category="Figures",
        ),
        pdf=f"{ROOT}/figures/figure-6-{{scored}}.pdf",
    log:
        f"{ROOT}/logs/draw_figure_6.{{scored}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study", "periods", "calibration.target"),
        code=code("draw_figure_6.py"),
    message:
        "Draw figure 6: EOF scores and SSIM over time, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_6.py"


rule draw_figure_7:
    input:
        scores=lambda wildcards: score_files(wildcards.scored, "test", FIRST_SEED),
    output:
        png=report(
            f"{ROOT}/figures/figure-7-{{scored}}.png",
            caption="../report/figure-7.rst",
            category="Figures",
        ),
        pdf=f"{ROOT}/figures/figure-7-{{scored}}.pdf",
    log:
        f"{ROOT}/logs/draw_figure_7.{{scored}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study", "periods", "calibration.target"),
        code=code("draw_figure_7.py"),
    message:
        "Draw figure 7: fractions skill scores, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_7.py"


rule draw_figure_5:
    input:
        domain=f"{ROOT}/domain.nc",
        train=lambda wildcards: score_files(wildcards.scored, "train", FIRST_SEED),
        test=lambda wildcards: score_files(wildcards.scored, "test", FIRST_SEED),
        default_train=lambda wildcards: score_files(
            wildcards.scored, "train", FIRST_SEED, "default"
        ),
        default_test=lambda wildcards: score_files(
            wildcards.scored, "test", FIRST_SEED, "default"
        ),
    output:
        png=report(
            f"{ROOT}/figures/figure-5-{{scored}}.png",
            caption="../report/figure-5.rst",
            category="Figures",
        ),
        pdf=f"{ROOT}/figures/figure-5-{{scored}}.pdf",
    log:
        f"{ROOT}/logs/draw_figure_5.{{scored}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study", "periods", "calibration.target"),
        code=code("draw_figure_5.py"),
    message:
        "Draw figure 5: change of RMSE against the default, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_5.py"


rule draw_figure_8:
    input:
        domain=f"{ROOT}/domain.nc",
        parameters=of_runs(f"{RUN}/parameters.nc", FIRST_SEED),
        truth=f"{ROOT}/truth/parameters.nc" if STUDY.twin else [],
    output:
        png=report(
            f"{ROOT}/figures/figure-8.png",
            caption="../report/figure-8.rst",
            category="Figures",
        ),
        pdf=f"{ROOT}/figures/figure-8.pdf",
    log:
        f"{ROOT}/logs/draw_figure_8.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study"),
        code=code("draw_figure_8.py"),
    message:
        "Draw figure 8: maps of the estimated parameters"
    script:
        "../../scripts/draw_figure_8.py"
