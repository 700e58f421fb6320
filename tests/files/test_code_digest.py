"""The digest of code follows imports and nothing else."""

from pathlib import Path

import pytest

from paramscape.files.code_digest import PACKAGE, _follow, code_digest


def followed(*files: Path) -> set[str]:
    found: set[Path] = set()
    for file in files:
        _follow(file, found)
    return {str(f.relative_to(PACKAGE)) for f in found if f.is_relative_to(PACKAGE)}


def test_a_script_depends_on_what_it_imports(repository: Path) -> None:
    modules = followed(repository / "scripts/score.py")
    assert {"metrics/evaluate.py", "metrics/eof.py", "files/netcdf.py"} <= modules


def test_a_script_does_not_depend_on_rooms_it_never_enters(repository: Path) -> None:
    modules = followed(repository / "scripts/score.py")
    assert not any(m.startswith(("vic/", "calibration/", "products/")) for m in modules)


def test_models_of_settings_are_no_code_of_a_rule(repository: Path) -> None:
    modules = followed(repository / "scripts/score.py")
    of_study = {m for m in modules if m.startswith("study/")}
    assert of_study <= {"study/quantities.py", "study/days.py", "study/run_id.py"}


def test_a_method_does_not_depend_on_the_other_methods() -> None:
    modules = followed(PACKAGE / "calibration/methods/gan_po.py")
    assert "calibration/methods/gan_po.py" in modules
    assert not modules & {"calibration/methods/dpl_z.py", "calibration/methods/mpr_sceua.py"}


@pytest.mark.parametrize("kind", ["lstm", "seq2seq", "arnet"])
def test_a_surrogate_does_not_depend_on_the_other_kinds(kind: str) -> None:
    modules = followed(PACKAGE / "simulators" / "surrogates" / kind / "__init__.py")
    assert {
        f"simulators/surrogates/{kind}/network.py",
        "simulators/surrogates/samples.py",
    } <= modules
    others = {"lstm", "seq2seq", "arnet"} - {kind}
    assert not any(
        m.startswith(f"simulators/surrogates/{other}/") for m in modules for other in others
    )


def test_the_digest_is_the_same_wherever_the_checkout_lies(repository: Path) -> None:
    script = repository / "scripts/score.py"
    assert code_digest(script) == code_digest(str(script))


def test_a_changed_module_changes_the_digest(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from paramscape.study.run_id import RunId\n")
    before = code_digest(script)
    script.write_text("from paramscape.study.quantities import UNITS\n")
    assert code_digest(script) != before


def test_a_module_of_another_checkout_is_refused(tmp_path: Path) -> None:
    module = tmp_path / "paramscape" / "calibration" / "methods" / "gan_po.py"
    module.parent.mkdir(parents=True)
    module.write_text("from . import seeds\n")
    with pytest.raises(ValueError, match=r"gan_po\.py does not belong .* of its own checkout"):
        code_digest(module)
