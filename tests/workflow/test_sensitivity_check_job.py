"""The gate warns: a figure shows what it says, and nothing else waits for it."""


def test_only_the_figure_of_the_surrogates_skill_reads_the_gate(untouched) -> None:
    readers = {reader for maker, reader in untouched.edges() if maker == "check_sensitivity"}
    assert readers == {"all", "draw_figure_s2", "write_provenance"}
