"""A GPU that is missing at the start, or lost in the middle of a training."""

import pytest
import torch
from tiny_study import RUN

PARAMETERS = f"{RUN}/parameters.nc"


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch) -> None:
    """No GPU can be seen, wherever the tests run."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


def test_a_study_without_its_gpu_stops_or_uses_the_cpu_as_it_is_told(study, clean, fault):
    (study.results / PARAMETERS).unlink()
    study.set(compute={"device": "cuda"})
    options = ("--rerun-triggers", "mtime")
    fault("a GPU that is not there")
    status, said = study.run(PARAMETERS, options=options)
    assert status != 0
    assert "compute.device is cuda, but PyTorch" in said
    assert "set compute.device to cpu, or set compute.without_gpu to cpu" in said
    assert not (study.results / PARAMETERS).exists()
    study.set(compute={"without_gpu": "cpu"})
    fault("a GPU that is not there, and is not needed")
    study.make(PARAMETERS, options=options)
    log = study.results / "logs/calibrate.dpl-a.lstm.1.log"
    assert "running on the CPU, as compute.without_gpu is cpu" in log.read_text()
    assert study.content(f"{RUN}/history.csv") == clean.content(f"{RUN}/history.csv")


def test_a_gpu_lost_in_a_training_leaves_the_last_checkpoint_and_a_message(study, clean, fault):
    """No machine of ours has a GPU to lose: CUDA's own error comes from the simulator."""
    for name in (PARAMETERS, f"{RUN}/history.csv"):
        (study.results / name).unlink()
    fault("a GPU lost after the second epoch")
    strike = {"file": "checkpoint-", "time": 2, "how": "gpu"}
    status, said = study.run(PARAMETERS, strike=strike)
    assert status != 0
    assert "The GPU failed or was taken away. Start the same command again" in said
    assert "goes on from the checkpoint of its last whole epoch" in said
    (checkpoint,) = (study.results / RUN).glob("checkpoint-*.pt")
    assert len(torch.load(checkpoint, weights_only=True)["rows"]) == 2
    study.make(PARAMETERS)
    assert study.content(RUN) == clean.content(RUN)
