"""The sensitivity check only warns: one figure shows its result, and nothing else waits for it."""


def test_only_the_figure_of_the_surrogates_skill_reads_the_sensitivity_check(untouched) -> None:
    readers = {reader for maker, reader in untouched.edges() if maker == "check_sensitivity"}
    assert readers == {"all", "draw_surrogate_skill", "write_provenance"}
