def simulators_of(method):
    """Simulators that a method learns on."""
    return [run.simulator for run in STUDY.calibration.runs if run.method == method]


def runs_by(method, scored):
    """Scores of one method on each of its simulators."""
    return [
        file
        for file in score_files(scored, "test", FIRST_SEED)
        if f"/scores/{method}/" in file
    ]


def labels(number, shows, **further):
    """How the report lists a figure or table; names sort as numbers do."""
    return {"number": number.rjust(2, "\N{FIGURE SPACE}"), "shows": shows, **further}


ABLATED = [
    simulator
    for simulator in simulators_of("gan-po-l1")
    if simulator in simulators_of("gan-po")
]
LEARNED = [
    section
    for method in dict.fromkeys(run.method for run in STUDY.calibration.runs)
    for section in method_sections(method)
]
SEARCHED = [run for run in STUDY.calibration.runs if run.method in CANDIDATES]


def figures(names):
    """PNG and PDF of figures."""
    return expand(f"{ROOT}/figures/{{name}}.{{kind}}", name=names, kind=["png", "pdf"])


SCORED_FIGURES = (
    [4, 5, 6, 7]
    + ([9] if ABLATED else [])
    + ([10] if len(simulators_of("gan-po")) > 1 else [])
)
FIGURES = figures(
    ["figure-3", "figure-8", "figure-s3", "figure-s4"]
    + [f"figure-s2-{surrogate}" for surrogate in sorted(SURROGATES)]
    + [f"figure-{number}-{scored}" for number in SCORED_FIGURES for scored in SCORED]
)
