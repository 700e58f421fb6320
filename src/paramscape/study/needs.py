"""Checks across settings: what the runs of a study need."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from paramscape.study.calibration import COUPLED_SIMULATORS, Run, all_runs
from paramscape.study.methods import METHODS
from paramscape.study.mpr_inputs import missing_mpr_inputs
from paramscape.study.paraformer import ParaFormerSeries
from paramscape.study.parameters import BY_NAME
from paramscape.study.sampled_cells import BlocksDomain, PointsDomain
from paramscape.study.twin import FORMATS

if TYPE_CHECKING:
    from paramscape.study.study import Study

_FIRST_POINTS_OF_MPR = 21  # of each complex: 2 n + 1 of ten coefficients


class Mistakes(ValueError):
    """Several mistakes in the settings; `sentences` holds one line for each."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(sentences))


def require_needs(study: "Study") -> None:
    """Refuse a study that lacks a setting which one of its runs uses, or holds settings that clash.

    Raises:
        Mistakes: with one sentence for each, which says what uses the setting.
    """
    found = [sentence for rule in _RULES for sentence in rule(study)]
    if found:
        raise Mistakes(list(dict.fromkeys(found)))


def possible_runs(study: "Study") -> list[Run]:
    """Every method on every simulator for which the study has all that is needed."""
    return [run for run in all_runs() if not any(_unmet(study, [run]))]


def _unmet(study: "Study", runs: Sequence[Run]) -> Iterator[str]:
    """Settings that some runs need and the study lacks."""
    named = [f"{run.method} on {run.simulator}" for run in runs if run.simulator != "vic"]
    if named and study.ensemble is None:
        yield (
            "ensemble: surrogates learn from an ensemble of VIC runs, and these runs use one: "
            f"{', '.join(named)}. Give ensemble.train, ensemble.validation and ensemble.test "
            "(members), or take such runs out of calibration.runs"
        )
    coupled = [f"{run.method} on {run.simulator}" for run in runs if run.lacks_independent_cells]
    if coupled:
        yield (
            "calibration.runs: the cells of arnet depend on each other's parameters, and this "
            f"method takes them as independent: {', '.join(coupled)}. Choose vic, lstm or seq2seq"
        )
    methods = dict.fromkeys(run.method for run in runs)
    learned = [method for method in methods if METHODS[method].learns_in_epochs]
    if learned and study.periods.validation is None:
        yield (
            "periods.validation: it chooses among the epochs of methods that learn in epochs, "
            f"which are here {', '.join(learned)}. Give it, or take such runs out of "
            "calibration.runs"
        )
    yield from _not_images(study, runs)
    observed = study.products.observations.get(study.calibration.target)
    for method in methods:
        if METHODS[method].needs_observed_images and observed and observed.form == "points":
            yield (
                f"{method} compares images of observations and of simulations, but "
                f"products.observations.{study.calibration.target} is {observed.product}, which "
                f"observes single points. Take {method} out of calibration.runs, or give gridded "
                "observations"
            )
        if METHODS[method].needs_soil:
            yield from missing_mpr_inputs(study, method)
        yield from _not_given(study, method)
        yield from _too_long_samples(study, method)


def _not_images(study: "Study", runs: Sequence[Run]) -> Iterator[str]:
    """Methods and simulators that see images, of a domain whose cells do not adjoin."""
    if not isinstance(study.domain, BlocksDomain | PointsDomain):
        return
    methods = [run.method for run in runs if METHODS[run.method].sees_images]
    simulators = [run.simulator for run in runs if run.simulator in COUPLED_SIMULATORS]
    for name in dict.fromkeys([*methods, *simulators]):
        yield (
            f"{name} sees the cells as an image, but domain.kind is {study.domain.kind}, whose "
            f"cells do not adjoin. Take {name} out of calibration.runs, or choose a domain of kind "
            "rectangle, mask or vic"
        )


def _not_given(study: "Study", method: str) -> Iterator[str]:
    """Calibrated parameters that a method cannot give."""
    known = METHODS[method].parameters
    absent = [name for name in study.priors.names if known and name not in known]
    if known and absent:
        yield (
            f"calibration.parameters: {method} has no transfer function for {', '.join(absent)}, "
            f"only for {', '.join(known)}; take {method} out of calibration.runs, or "
            f"{', '.join(absent)} out of calibration.parameters"
        )


def _real_program(study: "Study") -> Iterator[str]:
    names = [name for name in study.priors.names if BY_NAME[name].extent == "constant"]
    if study.vic.executable is not None and names:
        in_vic = " and ".join(BY_NAME[name].variable for name in names)
        yield (
            f"vic.executable: VIC reads {in_vic} from its file of constants, one value for all "
            f"cells, so it cannot verify fields of {', '.join(names)}. Take vic.executable out, or "
            f"{', '.join(names)} out of calibration.parameters"
        )


def _runs(study: "Study") -> Iterator[str]:
    yield from _unmet(study, study.calibration.runs)


def _target(study: "Study") -> Iterator[str]:
    target, observed = study.calibration.target, study.products.observations
    if target not in observed:
        yield (
            f"calibration.target is {target}, but products.observations has only "
            f"{', '.join(observed)}"
        )


def _checks(study: "Study") -> Iterator[str]:
    target = study.calibration.target
    if target in study.products.checks:
        yield (
            f"products.checks.{target}: {target} is calibration.target, and a check is a variable "
            "that nothing learns from. Take it out of products.checks, or choose another target"
        )


def _scaling(study: "Study") -> Iterator[str]:
    calibration = study.calibration
    if calibration.scaling != "none" and calibration.target != "soil_moisture":
        yield (
            f"calibration.scaling: {calibration.scaling} scales soil_moisture, but "
            f"calibration.target is {calibration.target}; take calibration.scaling out"
        )


def _default(study: "Study") -> Iterator[str]:
    if not any(r.method == "default" and r.simulator == "vic" for r in study.calibration.runs):
        yield (
            "calibration.runs must hold the method default on vic: every score is shown "
            "with that of the uncalibrated parameters"
        )


def _land(study: "Study") -> Iterator[str]:
    products = study.products
    if study.vic.parameters is None:
        missing = [n for n in ("elevation", "soil", "land_cover") if not getattr(products, n)]
        if missing:
            yield (
                f"products.{', products.'.join(missing)} are needed to build VIC's parameter "
                "file; give them, or your own file as vic.parameters"
            )
    elif products.soil is not None and products.elevation is None:
        yield (
            "products.elevation: products.soil uses it for the slope of the land; give an "
            "elevation file, or leave products.soil out"
        )


def _twin(study: "Study") -> Iterator[str]:
    targets = [t for t, o in study.products.observations.items() if o.product == "twin"]
    if targets and study.twin is None:
        yield (
            f"products.observations.{targets[0]} comes from the twin, but there is no twin section"
        )


def _twin_formats(study: "Study") -> Iterator[str]:
    """Products whose files another kind of twin writes."""
    if study.twin is None or not study.twin.climate:
        return
    products = study.products
    used = {
        "forcing": products.forcing,
        "soil": products.soil,
        **{f"observations.{target}": p for target, p in products.observations.items()},
        **{f"checks.{variable}": p for variable, p in products.checks.items()},
    }
    for place, settings in used.items():
        name = getattr(settings, "product", None)
        kind = FORMATS.get(name)
        if kind is not None and kind != study.twin.kind:
            yield (
                f"products.{place} is {name}, whose files a twin of kind {kind} writes, but "
                f"twin.kind is {study.twin.kind}. Set twin.kind to {kind}, choose another product, "
                "or set twin.climate to false"
            )


def _forcing_steps(study: "Study") -> Iterator[str]:
    forcing, wanted = study.products.forcing, study.vic.snow_steps_per_day
    steps = forcing.steps_per_day
    if steps is not None and steps % wanted:
        fitting = [n for n in range(4, steps + 1) if steps % n == 0]
        yield (
            f"vic.snow_steps_per_day is {wanted}, but {forcing.product} has {steps} steps a day; "
            f"choose one of {fitting}"
        )


def _first_population(study: "Study") -> Iterator[str]:
    settings = study.calibration.mpr_sceua
    least = settings.complexes * _FIRST_POINTS_OF_MPR
    used = any(run.method == "mpr-sceua" for run in study.calibration.runs)
    if used and settings.max_evaluations < least:
        yield (
            f"calibration.mpr-sceua.max_evaluations is {settings.max_evaluations}, but the first "
            f"population of {settings.complexes} complexes takes {least}; raise it, or take fewer "
            "complexes"
        )


def _too_long_samples(study: "Study", method: str) -> Iterator[str]:
    """Windows that a network reads, and that the training period does not hold."""
    settings, train = study.calibration.settings_of(method), study.periods.train
    if isinstance(settings, ParaFormerSeries) and settings.sequence_days > train.days:
        yield (
            f"calibration.{method}.sequence_days is {settings.sequence_days}, but periods.train "
            f"has {train.days} days; lower it, or take {method} out of calibration.runs"
        )


def _days_of_surrogates(study: "Study") -> Iterator[str]:
    used = {run.simulator for run in study.calibration.runs}
    periods, surrogate = study.periods, study.surrogate
    before, train = periods.warmup.start, periods.train
    lead = (train.start - before).days
    if "lstm" in used and surrogate.lstm.days > lead + 1:
        yield (
            f"surrogate.lstm.days is {surrogate.lstm.days}, but the first day of training has only "
            f"the {lead} days from {before} before it; lower it, or begin periods.warmup earlier"
        )
    series = surrogate.seq2seq
    learned = min(series.days, train.days)
    if "seq2seq" in used and max(0, series.warmup_days - lead) + learned > train.days:
        yield (
            f"surrogate.seq2seq: {series.warmup_days} warm-up days and {learned} learned days do "
            f"not fit the {lead + train.days} days from {before} to {train.end}; lower "
            "warmup_days or days, or begin periods.warmup earlier"
        )
    longest = max(stage.days for stage in surrogate.arnet.rollouts)
    if "arnet" in used and longest >= train.days:
        yield (
            f"surrogate.arnet.rollouts: runs of {longest} days and the day before them do not fit "
            f"the {train.days} days of periods.train; shorten them"
        )


def _space(study: "Study") -> Iterator[str]:
    if study.space.learn == "sampled" and not isinstance(study.domain, BlocksDomain):
        yield (
            f"space.learn is sampled, but domain.kind is {study.domain.kind}, which has no sampled "
            "cells; take domain.kind blocks, or give space.learn a file that marks the learners"
        )


_RULES: tuple[Callable[["Study"], Iterator[str]], ...] = (
    _target, _checks, _default, _land, _twin, _twin_formats, _runs, _forcing_steps,
    _first_population, _days_of_surrogates, _real_program, _space, _scaling,
)  # fmt: skip
