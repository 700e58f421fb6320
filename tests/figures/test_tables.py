"""Tables hold what was computed, in CSV for machines and Markdown for readers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paramscape.figures import ablation_table, cost_table, gap_filling_table, methods_table


@pytest.fixture
def tables(study):
    return study.tables(seeds=2)


def test_times_are_shown_of_an_epoch_and_in_all(tables, tmp_path):
    cost_table.write(tables[1], tmp_path / "cost")
    written = pd.read_csv(tmp_path / "cost.csv")
    gan = written[(written.method == "gan-po") & (written.simulator == "vic")].iloc[0]
    assert gan.minutes == pytest.approx(4.45)
    assert gan.minutes_per_epoch == pytest.approx(4.45 / 30)
    assert gan.seeds == 2
    text = (tmp_path / "cost.md").read_text()
    assert "| mpr-sceua | vic | – | – | 1.45 |" in text
    assert "| gan-po | vic | 30 | 0.148 | 4.45 |" in text


def test_the_papers_minutes_stand_beside_ours_with_their_hardware(tables, tmp_path):
    cost_table.write(tables[1], tmp_path / "cost")
    lines = (tmp_path / "cost.md").read_text().splitlines()
    assert lines[0].endswith("| Sun et al. (2024): total [min] |")
    ends = {line.split(" | ")[0].strip("| "): line.split(" | ")[-2:] for line in lines[2:-2]}
    assert ends["mpr-sceua"] == ["–", "705 |"]
    assert ends["dpl-z"] == ["0.90", "180 |"]
    assert ends["gan-po"] == ["0.76", "152 |"]
    assert ends["default"] == ["–", "– |"]
    assert "A100" in lines[-1]


def test_vic_runs_are_shown_with_their_definition_and_stay_unknown_where_they_are(tables, tmp_path):
    scores, costs = tables
    costs.loc[costs.method == "dpl-z", "vic_runs"] = np.nan
    cost_table.write(costs, tmp_path / "cost")
    methods_table.write(scores, costs, tmp_path / "methods")
    for name, column in (("cost", 6), ("methods", -2)):
        lines = (tmp_path / f"{name}.md").read_text().splitlines()
        shown = {
            line.split("|")[1].strip(): line.split("|")[column].strip() for line in lines[2:-2]
        }
        assert shown["dpl-z"] == "–"
        assert shown["mpr-sceua"].startswith("100")
        assert "VIC runs used: " in lines[-1]


def test_impossible_times_are_refused(tables, tmp_path):
    with pytest.raises(ValueError, match="`minutes` must be at least 0"):
        cost_table.write(tables[1].assign(minutes=-1.0), tmp_path / "x")
    with pytest.raises(ValueError, match="epochs"):
        cost_table.write(tables[1].drop(columns="epochs"), tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_own_and_vic_scores_stand_side_by_side_with_their_spread(tables, tmp_path):
    scores, _ = tables
    methods_table.write(*tables, tmp_path / "methods")
    written = pd.read_csv(tmp_path / "methods.csv").set_index(["method", "simulator"])
    learned = scores[(scores.method == "gan-po") & (scores.simulator == "lstm")]
    for verifier, side in (("lstm", "own"), ("vic", "vic")):
        rmse = learned[learned.verifier == verifier].rmse
        row = written.loc[("gan-po", "lstm")]
        assert row[f"rmse_{side}"] == pytest.approx(rmse.mean())
        assert row[f"rmse_{side}_spread"] == pytest.approx(rmse.std())
    through_vic = written.loc[("gan-po", "vic")]
    assert through_vic["kge_own"] == through_vic["kge_vic"]


def test_scores_in_the_real_program_stand_behind_those_in_vic(tables, tmp_path):
    scores, costs = tables
    real = scores[scores.verifier == "vic"].assign(verifier="vic-image")
    real["rmse"] += 0.5
    table = methods_table.write(pd.concat([scores, real]), costs, tmp_path / "methods")
    assert (table["rmse_real"] - table["rmse_vic"]).to_numpy() == pytest.approx(0.5)
    text = (tmp_path / "methods.md").read_text()
    assert all(line.split("|")[3].count(" / ") == 2 for line in text.splitlines()[2:7])
    assert "real VIC program" in text
    with pytest.raises(ValueError, match=r"is scored on .* vic-image"):
        some = real[real.method != "gan-po"]
        methods_table.write(pd.concat([scores, some]), costs, tmp_path / "x")


def test_the_default_comes_first_and_the_best_in_vic_is_bold(tables, tmp_path):
    scores, costs = tables
    scores = scores[scores.seed == 0].iloc[::-1]
    methods_table.write(scores, costs[costs.seed == 0], tmp_path / "methods")
    lines = (tmp_path / "methods.md").read_text().splitlines()
    assert "RMSE [mm d⁻¹] ↓" in lines[0]
    assert lines[2].startswith("| default | vic |")
    best = scores[scores.verifier == "vic"].rmse.min()
    rmse_in_vic = [line.split("|")[3].rpartition("/")[2].strip() for line in lines[2:7]]
    assert [cell for cell in rmse_in_vic if "**" in cell] == [f"**{best:.3f}**"]
    assert "±" not in "".join(lines[2:-1])


def test_a_seed_without_skill_shows_in_the_mean(tables, tmp_path):
    scores, costs = tables
    scores.loc[(scores.method == "dpl-z") & (scores.seed == 1), "kge"] = np.nan
    table = methods_table.write(scores, costs, tmp_path / "methods")
    assert np.isnan(table.set_index("method").loc["dpl-z", "kge_vic"])


def test_a_study_without_truth_has_no_recovery_columns(tables, tmp_path):
    scores, costs = tables
    known = costs.drop(columns=["parameter_correlation", "parameter_rmse"])
    table = methods_table.write(scores, known, tmp_path / "methods")
    assert "parameter_rmse" not in table
    assert "Parameter" not in (tmp_path / "methods.md").read_text()


def test_a_missing_default_verification_or_column_is_refused(tables, tmp_path):
    scores, costs = tables
    with pytest.raises(ValueError, match="default"):
        methods_table.write(scores[scores.method != "default"], costs, tmp_path / "x")
    with pytest.raises(ValueError, match=r"gan-po on lstm, seed 0.*\['lstm'\]"):
        unverified = scores[(scores.simulator == "vic") | (scores.verifier != "vic")]
        unverified = unverified[unverified.method != "dpl-z"]
        methods_table.write(unverified, costs, tmp_path / "x")
    with pytest.raises(ValueError, match="'ssim'"):
        methods_table.write(scores.drop(columns="ssim"), costs, tmp_path / "x")
    with pytest.raises(ValueError, match="two rows"):
        methods_table.write(pd.concat([scores, scores[:1]]), costs, tmp_path / "x")


def test_the_gap_is_own_minus_vic_seed_by_seed_and_0_on_vic(tables, tmp_path):
    scores, costs = tables
    table = methods_table.write(scores, costs, tmp_path / "methods")
    table = table.set_index(["method", "simulator"])
    assert (table.xs("vic", level="simulator")["rmse_gap"] == 0).all()
    assert table.loc[("gan-po", "lstm"), "rmse_gap"] == pytest.approx(-0.1)
    assert table.loc[("gan-po", "lstm"), "rmse_gap_spread"] == pytest.approx(0, abs=1e-12)
    lines = (tmp_path / "methods.md").read_text().splitlines()
    assert lines[0].split(" | ")[3] == "RMSE gap [mm d⁻¹]"
    for line in lines[2:7]:
        _, simulator, rmse, gap, *_ = line.strip("| ").split(" | ")
        assert (gap == "0") == (simulator == "vic")
        assert rmse.count(" / ") == (simulator != "vic")


@pytest.fixture
def ablation(all_scored):
    """Scores of the pair on two simulators with two seeds, L_GAN better by 0.1 and 0.3."""
    rows = []
    for simulator in ("lstm", "vic"):
        for method, shift in (("gan-po-l1", (0.0, 0.0)), ("gan-po", (0.1, 0.3))):
            for seed in (1, 2):
                run = {"method": method, "simulator": simulator, "seed": seed}
                for verifier in dict.fromkeys((simulator, "vic")):
                    better = shift[seed - 1] + 0.05 * (verifier != simulator)
                    values = {"rmse": 1 - better, "eof": 0.03, "eof_scaled": 1, "ssim": better}
                    values |= all_scored
                    rows.append(run | {"verifier": verifier} | values)
    alone = run | {"method": "gan-po", "simulator": "arnet", "verifier": "arnet"} | values
    return pd.DataFrame([*rows, alone])


def test_the_adversarial_loss_is_compared_seed_by_seed_on_each_side(ablation, tmp_path):
    table = ablation_table.write(ablation, tmp_path / "ablation")
    ours = table[table.source == "this study"].set_index(["simulator", "loss"])
    assert list(ours.index.unique("simulator")) == ["lstm", "vic"]
    change = ours.xs("change by L_GAN", level="loss")
    assert change["rmse_own"].to_numpy() == pytest.approx(-0.2)
    assert change["rmse_vic"].to_numpy() == pytest.approx(-0.2)
    assert change["ssim_vic_spread"].to_numpy() == pytest.approx(np.std([0.1, 0.3], ddof=1))
    assert ours.loc[("lstm", "L1 + L_GAN"), "rmse_vic"] == pytest.approx(0.75)
    text = (tmp_path / "ablation.md").read_text()
    assert "| this study | vic | L1 + L_GAN | 0.800 ± 0.141 |" in text


def test_the_papers_ablation_is_labelled_as_the_papers(ablation, tmp_path):
    table = ablation_table.write(ablation, tmp_path / "ablation")
    paper = table[table.source == "Sun et al. (2024)"]
    assert paper["loss"].tolist() == ["L1", "L1 + L_GAN"]
    assert paper["rmse_own"].tolist() == [0.849, 0.737]
    assert paper["rmse_vic"].isna().all()
    text = (tmp_path / "ablation.md").read_text()
    assert "| Sun et al. (2024) | lstm | L1 | 0.849 | 0.0387 | 1.046 | 0.475 |" in text


def test_without_the_pair_on_one_simulator_there_is_no_ablation(ablation, tmp_path):
    with pytest.raises(ValueError, match=r"same simulator.*\('gan-po', 'arnet'\)"):
        ablation_table.write(ablation[ablation.simulator == "arnet"], tmp_path / "x")
    assert not list(tmp_path.iterdir())


REASON = "2 of 15 active cells are observed, and a pattern needs at least 50% of them"


def with_towers(scores):
    """Scores of two observed cells of 15, which have no pattern."""
    counts = dict.fromkeys(("cells_rmse", "cells_cc", "cells_kge"), 2)
    reasons = {f"not_scored_{name}": REASON for name in ("eof", "ssim", "fss")}
    nan = dict.fromkeys(("eof", "eof_scaled", "ssim", "fss_5", "fss_95"), np.nan)
    return scores.assign(**counts, **reasons, **{n: nan[n] for n in nan if n in scores})


def test_the_number_of_scored_cells_stands_in_head_and_note(tables, tmp_path):
    scores, costs = tables
    fewer = scores.assign(cells_rmse=14, cells_cc=13, cells_kge=13)
    table = methods_table.write(fewer, costs, tmp_path / "methods")
    lines = (tmp_path / "methods.md").read_text().splitlines()
    assert "RMSE [mm d⁻¹] ↓ (14 of 15 cells)" in lines[0]
    assert "KGE ↑ (13 of 15 cells)" in lines[0]
    assert "Cells improved [%] ↑ (14 of 15 cells)" in lines[0]
    assert "Scored cells of 15 active ones: RMSE and cells improved 14, CC 13, KGE 13." in lines[-1]
    assert (table[["cells_rmse_own", "cells_rmse_vic"]] == 14).all(axis=None)
    methods_table.write(scores, costs, tmp_path / "all")
    everywhere = (tmp_path / "all.md").read_text()
    assert "cells)" not in everywhere
    assert everywhere.splitlines()[1:7] == lines[1:7]


def test_a_score_of_fewer_cells_says_so_and_is_not_the_best(tables, tmp_path):
    scores, costs = tables
    constant = (scores.method == "gan-po") & (scores.simulator == "vic")
    scores.loc[constant, "cc"] = 0.9999
    scores.loc[constant & (scores.seed == 1), "cells_cc"] = 3
    methods_table.write(scores, costs, tmp_path / "methods")
    lines = (tmp_path / "methods.md").read_text().splitlines()
    (row,) = (line for line in lines if line.startswith("| gan-po | vic |"))
    assert row.split("|")[5].strip() == "1.000 ± 0.000 (3 cells)"
    assert "(3 of 15 cells)" not in lines[0]
    assert "the simulation is constant in the other cells" in lines[-1]


def test_a_pattern_that_is_not_scored_has_a_dash_and_the_reason(tables, tmp_path):
    scores, costs = tables
    methods_table.write(with_towers(scores), costs, tmp_path / "methods")
    lines = (tmp_path / "methods.md").read_text().splitlines()
    heads = [head.strip() for head in lines[0].split("|")]
    for name in ("EOF score ↓", "SSIM ↑", "FSS, lowest 5 % ↑", "FSS, highest 5 % ↑"):
        column = heads.index(name)
        assert {line.split("|")[column].strip() for line in lines[2:7]} <= {"–", "– / –"}
    assert f"Without EOF score, SSIM, FSS: {REASON}." in lines[-1]


def test_the_ablation_says_how_many_cells_are_scored_and_why_no_pattern_is(ablation, tmp_path):
    ablation_table.write(with_towers(ablation), tmp_path / "ablation")
    lines = (tmp_path / "ablation.md").read_text().splitlines()
    assert "Scored cells of 15 active ones: RMSE 2." in lines[-1]
    assert f"Without EOF score, SSIM: {REASON}." in lines[-1]


def test_a_scaled_target_has_the_rmse_of_the_raw_simulation_too(tables, tmp_path):
    scores, costs = tables
    raw = costs.assign(rmse_raw=2.5)
    table = methods_table.write(scores, raw, tmp_path / "methods", note=" Scaled by moments.")
    assert (table["rmse_raw"] == 2.5).all()
    text = (tmp_path / "methods.md").read_text()
    assert "RMSE, unscaled [mm d⁻¹] ↓" in text and "Scaled by moments." in text


def test_the_lowest_error_of_each_gap_is_bold(tmp_path):
    keys = [(p, g, b) for p in ("train", "test") for g in ("1 week",) for b in ("filler", "other")]
    scores = pd.DataFrame(keys, columns=["period", "gap", "by"])
    scores = scores.assign(values=50, rmse=[0.03, 0.05, 0.06, 0.04], bias=0.001, cc=0.9)
    scores["cc_anomaly"] = np.nan
    gap_filling_table.write(scores, tmp_path / "gaps", field_unit="m3 m-3")
    lines = (tmp_path / "gaps.md").read_text().splitlines()
    assert "| train | 1 week | filler | 50 | **0.0300** | 0.0010 | 0.900 | – |" in lines
    assert "| test | 1 week | other | 50 | **0.0400** | 0.0010 | 0.900 | – |" in lines
    assert "| test | 1 week | filler | 50 | 0.0600 | 0.0010 | 0.900 | – |" in lines
