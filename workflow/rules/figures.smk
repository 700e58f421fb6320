localrules:
    draw_figure_3,
    draw_figure_4,
    draw_figure_5,
    draw_figure_6,
    draw_figure_7,
    draw_figure_8,
    draw_figure_9,
    draw_figure_10,
    draw_figure_s2,
    draw_figure_s3,
    draw_figure_s4,


rule draw_figure_3:
    input:
        domain=f"{ROOT}/domain.nc",
        forcing=f"{ROOT}/learning/forcing-daily.nc",
        observations=f"{ROOT}/learning/{TARGET}.nc",
    output:
        png=report(
            f"{ROOT}/figures/figure-3.png",
            caption="../report/figure-3.rst",
            category="Figures",
            labels=labels("3", "Study area"),
        ),
        pdf=f"{ROOT}/figures/figure-3.pdf",
    log:
        f"{ROOT}/logs/draw_figure_3.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study.title", "periods.train", "calibration.target"),
        code=code("draw_figure_3.py"),
    message:
        "Draw figure 3: the study area, its climate and its observations"
    script:
        "../../scripts/draw_figure_3.py"


rule draw_figure_4:
    input:
        domain=f"{ROOT}/domain.nc",
        scores=lambda wildcards: score_files(wildcards.scored, "test", FIRST_SEED),
    output:
        png=report(
            f"{ROOT}/figures/figure-4-{{scored}}.png",
            caption="../report/figure-4.rst",
            category="Figures",
            labels=labels("4", "Maps of scores", scored="{scored}"),
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
        settings=settings("study.title", "periods.test", "calibration.target"),
        code=code("draw_figure_4.py"),
    message:
        "Draw figure 4: maps of RMSE, CC and KGE, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_4.py"


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
            labels=labels("5", "Change of error", scored="{scored}"),
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
        settings=settings("study.title", "calibration.target"),
        code=code("draw_figure_5.py"),
    message:
        "Draw figure 5: change of RMSE against the default, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_5.py"


rule draw_figure_6:
    input:
        scores=lambda wildcards: score_files(wildcards.scored, "test", FIRST_SEED),
    output:
        png=report(
            f"{ROOT}/figures/figure-6-{{scored}}.png",
            caption="../report/figure-6.rst",
            category="Figures",
            labels=labels("6", "Daily patterns", scored="{scored}"),
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
        settings=settings("study.title", "periods.test", "calibration.target"),
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
            labels=labels("7", "Patterns of the mean", scored="{scored}"),
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
        settings=settings("study.title", "periods.test", "calibration.target"),
        code=code("draw_figure_7.py"),
    message:
        "Draw figure 7: fractions skill scores, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_7.py"


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
            labels=labels("8", "Estimated parameters"),
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
        settings=settings("study.title"),
        code=code("draw_figure_8.py"),
    message:
        "Draw figure 8: maps of the estimated parameters"
    script:
        "../../scripts/draw_figure_8.py"


rule draw_figure_9:
    input:
        domain=f"{ROOT}/domain.nc",
        scores=lambda wildcards: score_files(wildcards.scored, "test", FIRST_SEED),
        default=lambda wildcards: score_files(
            wildcards.scored, "test", FIRST_SEED, "default"
        ),
    output:
        png=report(
            f"{ROOT}/figures/figure-9-{{scored}}.png",
            caption="../report/figure-9.rst",
            category="Figures",
            labels=labels("9", "GAN-PO without its discriminator", scored="{scored}"),
        ),
        pdf=f"{ROOT}/figures/figure-9-{{scored}}.pdf",
    log:
        f"{ROOT}/logs/draw_figure_9.{{scored}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study.title", "periods.test", "calibration.target"),
        simulators=ABLATED,
        code=code("draw_figure_9.py"),
    message:
        "Draw figure 9: GAN-PO without its discriminator, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_9.py"


rule draw_figure_10:
    input:
        domain=f"{ROOT}/domain.nc",
        scores=lambda wildcards: runs_by("gan-po", wildcards.scored),
    output:
        png=report(
            f"{ROOT}/figures/figure-10-{{scored}}.png",
            caption="../report/figure-10.rst",
            category="Figures",
            labels=labels("10", "GAN-PO by simulator", scored="{scored}"),
        ),
        pdf=f"{ROOT}/figures/figure-10-{{scored}}.pdf",
    log:
        f"{ROOT}/logs/draw_figure_10.{{scored}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study.title", "periods.test", "calibration.target"),
        code=code("draw_figure_10.py"),
    message:
        "Draw figure 10: GAN-PO by simulator, scored on the {wildcards.scored}"
    script:
        "../../scripts/draw_figure_10.py"


rule draw_figure_s2:
    input:
        domain=f"{ROOT}/domain.nc",
        skill=f"{ROOT}/surrogate/{{surrogate}}/skill.nc",
        sensitivity=f"{ROOT}/surrogate/{{surrogate}}/sensitivity-check.csv",
    output:
        png=report(
            f"{ROOT}/figures/figure-s2-{{surrogate}}.png",
            caption="../report/figure-s2.rst",
            category="Supporting figures",
            labels=labels("S2", "Skill of the surrogate", simulator="{surrogate}"),
        ),
        pdf=f"{ROOT}/figures/figure-s2-{{surrogate}}.pdf",
    log:
        f"{ROOT}/logs/draw_figure_s2.{{surrogate}}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study.title", "periods.train", "calibration.target"),
        code=code("draw_figure_s2.py"),
    message:
        "Draw figure S2: the skill of the {wildcards.surrogate} surrogate"
    script:
        "../../scripts/draw_figure_s2.py"


rule draw_figure_s3:
    input:
        histories=of_runs(f"{RUN}/history.csv", FIRST_SEED),
        choices=of_runs(f"{SEARCH}/choice.json", FIRST_SEED, SEARCHED),
    output:
        png=report(
            f"{ROOT}/figures/figure-s3.png",
            caption="../report/figure-s3.rst",
            category="Supporting figures",
            labels=labels("S3", "Course of the trainings"),
        ),
        pdf=f"{ROOT}/figures/figure-s3.pdf",
    log:
        f"{ROOT}/logs/draw_figure_s3.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study.title", *LEARNED),
        code=code("draw_figure_s3.py"),
    message:
        "Draw figure S3: the losses of the trainings"
    script:
        "../../scripts/draw_figure_s3.py"


rule draw_figure_s4:
    input:
        domain=f"{ROOT}/domain.nc",
        own=score_files("simulator", "test", FIRST_SEED),
        vic=score_files("vic", "test", FIRST_SEED),
        default_own=score_files("simulator", "test", FIRST_SEED, "default"),
        default_vic=score_files("vic", "test", FIRST_SEED, "default"),
    output:
        png=report(
            f"{ROOT}/figures/figure-s4.png",
            caption="../report/figure-s4.rst",
            category="Supporting figures",
            labels=labels("S4", "Verification in VIC"),
        ),
        pdf=f"{ROOT}/figures/figure-s4.pdf",
    log:
        f"{ROOT}/logs/draw_figure_s4.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        settings=settings("study.title", "periods.test", "calibration.target"),
        code=code("draw_figure_s4.py"),
    message:
        "Draw figure S4: verification in VIC"
    script:
        "../../scripts/draw_figure_s4.py"
