"""The table of calibration methods.

Settings, schema, rules, the choice of code and the README's list follow from it. A method is its
module under `calibration/methods/`, and here its settings model and one row.
"""

from dataclasses import dataclass

from paramscape.study._base import Settings
from paramscape.study.ensemble_smoother import Ies
from paramscape.study.learned import DplA, DplZ, GanPo, GanPoL1, Learned
from paramscape.study.paraformer import ParaFormerAttributes, ParaFormerSeries
from paramscape.study.parameters import MPR_PARAMETERS
from paramscape.study.sceua import CellSceua, MprSceua

_MODULES = "paramscape.calibration.methods"


@dataclass(frozen=True)
class Method:
    """A calibration method: its name, its code, its settings and what it needs.

    name: in the settings, in paths and in tables.
    summary: one line for the README.
    calibrate: `module:function` of its `Calibrator`; the module is loaded only by jobs that use it.
    settings: model of its settings, or None without any. A `Learned` one learns in epochs.
    estimates: False for the default parameters, which are the same on every simulator.
    needs_independent_cells: whether it takes each cell's fluxes as a function of the parameters
        of that cell alone, which the surrogate `arnet` does not keep.
    gives_samples: whether it gives samples of the posterior.
    needs_images: whether it sees the cells as images, and so needs a grid.
    needs_observed_images: whether it compares images of observations, which points do not give.
    needs_soil: whether it needs native soil texture.
    parameters: names of the parameters that it can give; None for all of the catalogue.
    divergence_advice: what else may help a training that diverged, after a lower learning rate.
    """

    name: str
    summary: str
    calibrate: str
    settings: type[Settings] | None = None
    estimates: bool = True
    gives_samples: bool = False
    needs_images: bool = False
    needs_independent_cells: bool = False
    needs_observed_images: bool = False
    needs_soil: bool = False
    parameters: tuple[str, ...] | None = None
    divergence_advice: str = ""

    @property
    def module(self) -> str:
        """The module of its code, `package.module`."""
        return self.calibrate.partition(":")[0]

    @property
    def sees_images(self) -> bool:
        """Whether it needs cells that adjoin each other."""
        return self.needs_images or self.needs_observed_images

    @property
    def section(self) -> str | None:
        """The dotted path of its settings, or None without any."""
        return f"calibration.{self.name}" if self.settings else None

    @property
    def learns_in_epochs(self) -> bool:
        """Whether it learns in epochs, and so needs a validation period."""
        return self.settings is not None and issubclass(self.settings, Learned)

    @property
    def needs(self) -> str:
        """What it needs of a study, in words."""
        needs = {
            "a validation period": self.learns_in_epochs,
            "images of a grid": self.needs_images,
            "a simulator of independent cells": self.needs_independent_cells,
            "images of observations": self.needs_observed_images,
            "soil texture": self.needs_soil,
        }
        return ", ".join(words for words, needed in needs.items() if needed)


_ROWS = (
    Method(
        "default",
        "parameters as soil and vegetation give them",
        f"{_MODULES}.default:keep_default",
        estimates=False,
    ),
    Method(
        "mpr-sceua",
        "multiscale parameter regionalisation, its coefficients found by SCE-UA (Duan et al., "
        "1992; Samaniego et al., 2010)",
        f"{_MODULES}.mpr_sceua:calibrate_mpr_sceua",
        MprSceua,
        needs_soil=True,
        parameters=MPR_PARAMETERS,
    ),
    Method(
        "cell-sceua",
        "the parameters of each cell by themselves, all cells searched together by SCE-UA",
        f"{_MODULES}.cell_sceua:calibrate_cell_sceua",
        CellSceua,
    ),
    Method(
        "ies",
        "iterative ensemble smoother: members from a prior of attributes and space become samples "
        "of the posterior; sensitivities are those of each cell (after Chen and Oliver, 2013)",
        f"{_MODULES}.ies:calibrate_ies",
        Ies,
        gives_samples=True,
        needs_independent_cells=True,
    ),
    Method(
        "dpl-a",
        "differentiable parameter learning from a cell's attributes (Tsai et al., 2021)",
        f"{_MODULES}.dpl_a:calibrate_dpl_a",
        DplA,
    ),
    Method(
        "dpl-z",
        "differentiable parameter learning from forcing, observations and attributes (Tsai et "
        "al., 2021)",
        f"{_MODULES}.dpl_z:calibrate_dpl_z",
        DplZ,
    ),
    Method(
        "paraformer-a",
        "a transformer gives parameters from a cell's attributes (Li and Lu, 2023)",
        f"{_MODULES}.paraformer_a:calibrate_paraformer_a",
        ParaFormerAttributes,
    ),
    Method(
        "paraformer-z",
        "a transformer gives parameters from forcing, observations and attributes (Li and Lu, "
        "2023)",
        f"{_MODULES}.paraformer_z:calibrate_paraformer_z",
        ParaFormerSeries,
    ),
    Method(
        "gan-po",
        "a generator writes parameter fields, a discriminator sees spatial biases (Sun et al., "
        "2024)",
        f"{_MODULES}.gan_po:calibrate_gan_po",
        GanPo,
        needs_images=True,
        needs_observed_images=True,
        divergence_advice="steady the discriminator by calibration.gan-po.stabilisers",
    ),
    Method(
        "gan-po-l1",
        "`gan-po` without its discriminator",
        f"{_MODULES}.gan_po_l1:calibrate_gan_po_l1",
        GanPoL1,
        needs_images=True,
    ),
)
METHODS = {method.name: method for method in _ROWS}
"""All methods by name, in the order of tables and figures."""


def sampling_methods() -> list[str]:
    """Names of the methods that give samples of the posterior."""
    return [name for name, method in METHODS.items() if method.gives_samples]


def learned_methods() -> dict[str, type[Settings]]:
    """Settings models of the methods that learn in epochs, by name."""
    return {name: m.settings for name, m in METHODS.items() if m.learns_in_epochs and m.settings}


def methods_table() -> str:
    """The methods as a Markdown table, as the README has it."""
    rows = [f"| `{m.name}` | {m.summary} | {m.needs} |" for m in METHODS.values()]
    return "\n".join(("| method | what it does | needs |", "|---|---|---|", *rows, ""))
