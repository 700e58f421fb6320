"""The compiled simulation is the plain one, however it is cut up."""

from dataclasses import replace

import pytest
import torch

from paramscape.jobs.job import logged
from paramscape.native.compiler import TOLD, CompilerError
from paramscape.vic import Running, State, simulate
from paramscape.vic.engine.compiled import availability, build
from paramscape.vic.forcing import WEATHER

NAMES = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST", "OUT_SWE", "OUT_PET")
CASES = {
    "huaihe-daily": slice(100, 108),
    "findley-lake-daily": slice(30, 36),
    "cold-plains-3hourly": slice(100, 140),
    "stehekin-hourly-bands": slice(100, 130),
}

needs_compiler = pytest.mark.skipif(build.compiler() is None, reason="no C++ compiler is found")


def leaves(reference, days):
    """Everything a gradient is asked for, by name."""
    forcing = reference.forcing.days(days.start, days.stop)
    return {
        **reference.parameters.soil,
        **reference.parameters.vegetation,
        **{name: getattr(forcing, name) for name in WEATHER},
    }


def run(reference, days, state=None, **inputs):
    """Simulate with some inputs replaced."""
    forcing = reference.forcing.days(days.start, days.stop)
    soil = {n: inputs.get(n, v) for n, v in reference.parameters.soil.items()}
    plants = {n: inputs.get(n, v) for n, v in reference.parameters.vegetation.items()}
    parameters = replace(reference.parameters, soil=soil, vegetation=plants)
    forcing = replace(forcing, **{n: inputs[n] for n in WEATHER if n in inputs})
    return simulate(parameters, forcing, reference.options, state, NAMES)


@needs_compiler
@pytest.mark.parametrize("name", CASES)
def test_results_and_all_gradients_are_those_of_plain_pytorch(case, name, monkeypatch):
    reference, days = case(name), CASES[name]
    if reference.parameters.cells > 4:
        reference = reference.select(slice(0, 4))
    start = run(reference, slice(0, days.start)).state
    found = {}
    for way in ("eager", "compiled"):
        monkeypatch.setenv("PARAMSCAPE_VIC", way)
        inputs = {
            n: v.clone().requires_grad_()
            for n, v in leaves(reference, days).items()
            if v.is_floating_point()
        }
        state = State(start.values.clone().requires_grad_())
        ran = run(reference, days, state, **inputs)
        weights = torch.Generator().manual_seed(0)
        total = sum(
            (v * torch.rand(v.shape, generator=weights)).sum() for v in ran.outputs.values()
        )
        (total + ran.state.soil_moisture.sum()).backward()
        found[way] = (
            ran.outputs,
            {n: v.grad for n, v in inputs.items()} | {"state": state.values.grad},
        )
    for output, values in found["eager"][0].items():
        torch.testing.assert_close(found["compiled"][0][output], values, rtol=1e-9, atol=1e-10)
    for name, gradient in found["eager"][1].items():
        if gradient is None or not torch.isfinite(gradient).all():
            continue
        difference = found["compiled"][1][name] - gradient
        if name == "prec":  # at 0 its gradient is one-sided, and the last digit decides the side
            rains = inputs["prec"] > 0
            difference, gradient = difference[rains], gradient[rains]
        close = difference.norm() <= 1e-7 * gradient.norm() + 1e-9
        assert close, name


@needs_compiler
def test_chunks_threads_and_the_order_of_cells_change_nothing(case):
    reference = case("cold-plains-3hourly")
    days, members = slice(0, 200), torch.linspace(0.05, 0.35, 3, dtype=torch.float64)
    infilt = members[:, None].expand(3, reference.parameters.cells)
    parameters = reference.parameters.replace({"infilt": infilt})
    forcing = reference.forcing.days(days.start, days.stop)
    whole = simulate(parameters, forcing, reference.options, outputs=NAMES)
    for lanes in (1, 5, 40):
        cut = simulate(parameters, forcing, reference.options, None, NAMES, Running(lanes))
        for name in NAMES:
            torch.testing.assert_close(cut.outputs[name], whole.outputs[name], rtol=0, atol=1e-12)
        torch.testing.assert_close(cut.state.values, whole.state.values, rtol=0, atol=1e-12)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1 if threads > 1 else 2)
        other = simulate(parameters, forcing, reference.options, outputs=NAMES)
    finally:
        torch.set_num_threads(threads)
    order = torch.tensor([5, 2, 7, 0, 1, 6, 3, 4])
    turned = simulate(
        parameters.select(order), forcing.select(order), reference.options, outputs=NAMES
    )
    for name, axis in zip(NAMES, (-1, -1, -1, -2, -1, -1), strict=True):
        assert torch.equal(other.outputs[name], whole.outputs[name])
        again = whole.outputs[name].index_select(axis, order)
        torch.testing.assert_close(turned.outputs[name], again, rtol=0, atol=1e-12)


@needs_compiler
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["huaihe-daily", "cold-plains-3hourly"])
def test_a_member_gives_the_same_digits_alone_and_in_company(case, name, dtype):
    reference = case(name)
    infilt = reference.parameters.soil["infilt"] * torch.linspace(0.3, 1.0, 19)[:, None]
    parameters = reference.parameters.replace({"infilt": infilt}).to(dtype)
    forcing = reference.forcing.days(0, 120).to(dtype)
    together = simulate(parameters, forcing, reference.options, outputs=NAMES)
    for member in (0, 7, 18):
        single = parameters.replace({"infilt": parameters.soil["infilt"][member]})
        alone = simulate(single, forcing, reference.options, outputs=NAMES)
        for output in NAMES:
            assert torch.equal(together.outputs[output][member], alone.outputs[output]), output
        assert torch.equal(together.state.values[member], alone.state.values)


@needs_compiler
def test_a_restart_is_exact_and_chunks_continue_from_a_state(case):
    reference = case("cold-plains-3hourly")
    first, second = reference.forcing.days(0, 120), reference.forcing.days(120, 200)
    whole = simulate(
        reference.parameters, reference.forcing.days(0, 200), reference.options, outputs=NAMES
    )
    state = simulate(reference.parameters, first, reference.options, outputs=NAMES).state
    ran = simulate(reference.parameters, second, reference.options, state, NAMES)
    cut = simulate(reference.parameters, second, reference.options, state, NAMES, Running(9))
    for name in NAMES:
        rest = whole.outputs[name][120:]
        assert torch.equal(ran.outputs[name], rest)
        torch.testing.assert_close(cut.outputs[name], rest, rtol=0, atol=1e-12)


@needs_compiler
def test_single_precision_stays_near_double(case):
    reference = case("huaihe-daily").select(slice(0, 6))
    double = run(reference, slice(0, 365))
    single = simulate(
        reference.parameters.to(torch.float32),
        reference.forcing.days(0, 365).to(torch.float32),
        reference.options,
        outputs=NAMES,
    )
    for name in ("OUT_EVAP", "OUT_BASEFLOW", "OUT_SOIL_MOIST"):
        total = double.outputs[name].sum(0)
        torch.testing.assert_close(
            single.outputs[name].double().sum(0), total, rtol=1e-3, atol=1e-3
        )


@needs_compiler
@pytest.mark.parametrize("name", ["huaihe-daily", "findley-lake-daily"])
def test_gradients_in_single_precision_are_near_those_in_double(case, name):
    reference = case(name).select(slice(0, 6))
    found = {}
    for dtype in (torch.float32, torch.float64):
        soil = {
            n: v.to(dtype).clone().requires_grad_() for n, v in reference.parameters.soil.items()
        }
        parameters = replace(reference.parameters.to(dtype), soil=soil)
        forcing = reference.forcing.days(0, 200).to(dtype)
        outputs = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW")  # baseflow, for Ds has an effect there
        ran = simulate(parameters, forcing, reference.options, outputs=outputs)
        sum(v.sum() for v in ran.outputs.values()).backward()
        found[dtype] = {n: soil[n].grad.double() for n in ("infilt", "depth", "expt", "Ds")}
    for n, gradient in found[torch.float64].items():
        single = found[torch.float32][n]
        assert torch.isfinite(single).all(), n
        if n == "depth" and name == "findley-lake-daily":
            continue  # root zones end where layers end: two slopes meet, and rounding takes one
        assert (single - gradient).norm() <= 0.02 * gradient.norm() + 1e-6, n


@pytest.fixture
def no_compiler(monkeypatch):
    """A machine without a C++ compiler."""
    monkeypatch.setenv("CXX", "")
    monkeypatch.setenv("PATH", "")
    for remembered in (build.compiler, availability._say_once):
        remembered.cache_clear()
    yield
    monkeypatch.undo()
    build.compiler.cache_clear()


def test_without_a_compiler_it_says_so_once_and_is_plain(case, no_compiler, tmp_path, capsys):
    reference = case("huaihe-daily").select(slice(0, 2))
    with logged(tmp_path / "job.log"):
        run(reference, slice(0, 3))
        run(reference, slice(0, 3))
    for text in (capsys.readouterr().err, (tmp_path / "job.log").read_text()):
        assert text.count("no C++ compiler was found") == 1


def test_what_the_workflow_has_said_on_the_terminal_is_only_in_the_jobs_log(
    case, no_compiler, monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv(TOLD, "1")
    with logged(tmp_path / "job.log"):
        run(case("huaihe-daily").select(slice(0, 2)), slice(0, 3))
    assert "no C++ compiler was found" in (tmp_path / "job.log").read_text()
    assert "compiler" not in capsys.readouterr().err


def test_an_unknown_way_of_running_is_refused(case, monkeypatch):
    monkeypatch.setenv("PARAMSCAPE_VIC", "fast")
    with pytest.raises(ValueError, match="PARAMSCAPE_VIC='fast' is not one of compiled, eager"):
        run(case("huaihe-daily").select(slice(0, 1)), slice(0, 1))


@needs_compiler
def test_a_compiler_that_does_not_run_is_quoted(case, monkeypatch, tmp_path):
    broken = tmp_path / "compiler"
    broken.write_text("#!/bin/sh\necho no such machine >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(build, "compiler", lambda: str(broken))
    build.program.cache_clear()
    try:
        with pytest.raises(CompilerError, match=r"(?s)PARAMSCAPE_VIC=eager.*no such machine"):
            run(case("huaihe-daily").select(slice(0, 1)), slice(0, 1))
    finally:
        build.program.cache_clear()
