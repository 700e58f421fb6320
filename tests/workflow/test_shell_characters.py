"""Names and paths of settings are names and paths, whatever a shell would make of them."""

from __future__ import annotations

import shutil

import pytest
import yaml

from paramscape.study import SettingsError, validate

ODD = 'it\'s; touch touched; $(touch touched) `touch touched` "a b" & | > touched'


@pytest.mark.parametrize("name", [ODD, "a b", "a;b", "$(a)", "a'b", "../a", "a/b", "-rf", "a\n"])
def test_a_studys_name_has_letters_digits_and_dashes_alone(untouched, name) -> None:
    settings = yaml.safe_load((untouched.folder / "config/demo.yaml").read_text())
    settings["study"]["name"] = name
    with pytest.raises(SettingsError, match=r"study\.name"):
        validate(settings)


def test_a_path_with_shell_characters_is_a_path(untouched, tmp_path) -> None:
    workflow = type(untouched)(tmp_path / "a checkout; touch touched")
    shutil.copytree(untouched.folder, workflow.folder)
    settings = yaml.safe_load((workflow.folder / "config/demo.yaml").read_text())
    land = settings["products"]["land_cover"]["path"] = f"raw {ODD}/land {ODD}.nc"
    config = workflow.folder / f"config/demo {ODD.replace('/', '')}.yaml"
    config.write_text(yaml.safe_dump(settings))
    before = {path.name for path in workflow.folder.iterdir()}
    answer = workflow.snakemake("--configfile", str(config), "--", land)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (workflow.folder / land).stat().st_size > 1000
    made = {path.name for path in workflow.folder.iterdir()} - before
    assert made <= {"results", ".snakemake", f"raw {ODD}"}


def test_a_python_tag_in_settings_stops_snakemake_before_anything_runs(untouched, tmp_path) -> None:
    config, touched = tmp_path / "evil.yaml", tmp_path / "touched"
    config.write_text(f"seed: !!python/object/apply:os.system ['touch {touched}']")
    answer = untouched.snakemake("--dry-run", "--configfile", str(config))
    assert answer.returncode != 0
    assert "Config file is not valid" in answer.stdout + answer.stderr
    assert not touched.exists()
