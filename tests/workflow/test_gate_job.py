"""The gate warns: nothing but the study's end waits for it."""


def test_no_other_job_waits_for_the_gate(untouched) -> None:
    edges = untouched.edges()
    assert {reader for maker, reader in edges if maker == "gate_surrogate"} == {"all"}
