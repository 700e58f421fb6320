from paramscape.figures.entry import SCORED, surrogates_of
from paramscape.figures.registry import ENTRIES, targets


def labels(entry):
    """How the report lists a figure or table; numbers sort as numbers do."""
    found = {"paper": "", "shows": entry.title}
    if entry.paper:
        words = entry.paper.number.split(" ")
        number = " ".join(word.rjust(2, "\N{FIGURE SPACE}") for word in words)
        found["paper"] = f"{entry.paper.paper}, {number}"
    if entry.wildcard in ("scored", "surrogate"):
        found[entry.wildcard] = f"{{{entry.wildcard}}}"
    return found


def figure_inputs(entry):
    """Function that gives the input files of a figure or table by name."""
    return lambda wildcards: entry.input_paths(FILES, dict(wildcards.items()))


def figure_outputs(entry):
    """Files of a figure or table by suffix; the report shows one of them with its caption."""
    files = {kind: f"{ROOT}/{file}" for kind, file in entry.files.items()}
    shown = "png" if entry.kind == "figure" else "html"
    files[shown] = report(
        files[shown],
        caption=f"../report/{entry.name}.rst",
        category=entry.category,
        labels=labels(entry),
    )
    return files


def figure_settings(entry):
    """Function that gives the settings that a figure or table uses."""
    return lambda wildcards: settings(*entry.sections(STUDY, dict(wildcards.items())))


def figure_scored(wildcards):
    """Where the scores shown were taken, in words."""
    return SCORED.get(wildcards.get("scored"), "")


def figure_code(entry):
    """Digest of the code behind one figure or table."""
    return code_digest(
        SCRIPTS / "draw_figure.py", module_file(f"paramscape.figures.{entry.module}")
    )


FIGURES_AND_TABLES = [f"{ROOT}/{file}" for file in targets(STUDY)]
