"""The check warns of parameters that VIC responds to and the surrogate does not."""

import pandas as pd
import pytest

from paramscape.simulators.surrogates.sensitivity_check import judge, warnings_of, write_judged
from paramscape.study import SensitivityCheck
from paramscape.study.parameters import GAN_PO_PARAMETERS

VIC = (0.3, -0.2, 0.1, 0.05, -0.02, 0.001, 0.0)


def table(ratios, vic=VIC):
    rows = [
        ("et", name, ratio * of_vic, of_vic, ratio if of_vic else float("nan"))
        for name, ratio, of_vic in zip(GAN_PO_PARAMETERS, ratios, vic, strict=True)
    ]
    return pd.DataFrame(rows, columns=["target", "parameter", "surrogate", "vic", "ratio"])


def verdicts(ratios, **settings):
    judged = judge(table(ratios), SensitivityCheck(**settings))
    return dict(zip(judged["parameter"], judged["verdict"], strict=True))


def test_a_surrogate_that_responds_as_vic_passes() -> None:
    judged = judge(table([1.0] * 7), SensitivityCheck())
    assert not judged["warns"].any()
    assert warnings_of(judged, "lstm") == []


def test_each_way_to_respond_otherwise_has_its_name() -> None:
    found = verdicts([1.0, 0.4, 2.5, -1.0, 0.1, 0.0, 0.0])
    assert list(found.values()) == [
        "as VIC", "too weak", "too strong", "opposite sign", "too weak", "not judged", "not judged",
    ]  # fmt: skip


def test_the_bounds_themselves_pass() -> None:
    assert set(verdicts([0.5, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0]).values()) == {"as VIC", "not judged"}


@pytest.mark.parametrize(("share", "judged"), [(0.0, 6), (0.1, 4), (1.0, 1)])
def test_only_responses_above_the_smallest_count(share, judged) -> None:
    found = verdicts([0.0] * 7, smallest_response=share)
    assert sum(verdict != "not judged" for verdict in found.values()) == judged


def test_shares_are_taken_within_each_target() -> None:
    weak = table([1.0] * 7, [0.001 * value for value in VIC]).assign(target="runoff")
    judged = judge(pd.concat([table([1.0] * 7), weak], ignore_index=True), SensitivityCheck())
    assert judged.groupby("target")["share"].max().tolist() == [1.0, 1.0]


def test_a_warning_names_surrogate_parameter_and_both_responses(tmp_path) -> None:
    judged = judge(table([0.1, *[1.0] * 6]), SensitivityCheck())
    write_judged(judged, "lstm", tmp_path / "check")
    text = (tmp_path / "check.md").read_text()
    for part in ("lstm", "infilt by 0.03 in et", "VIC by 0.3", "ratio 0.10", "too weak"):
        assert part in text, part
    assert "<li>the surrogate lstm" in (tmp_path / "check.html").read_text()
    kept = pd.read_csv(tmp_path / "check.csv")
    assert kept.loc[kept["warns"], "parameter"].tolist() == ["infilt"]


def test_a_gate_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio_low < ratio_high"):
        SensitivityCheck(ratio_low=2.0, ratio_high=1.0)
