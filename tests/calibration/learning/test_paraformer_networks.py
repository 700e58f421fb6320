"""ParaFormer's networks are the paper's, and their dropout does not see the mini-batch."""

import pytest
import torch
from pydantic import ValidationError

from paramscape.calibration.learning.networks import ParaFormerA, ParaFormerZ
from paramscape.calibration.learning.networks.attention import (
    Attention,
    EncoderLayer,
    draw_linear,
    positions,
)
from paramscape.calibration.learning.networks.keyed_dropout import (
    KeyedDropout,
    dropout_keys,
    split_mix,
)
from paramscape.study import ParaFormerAttributes, ParaFormerSeries

START = torch.linspace(0.1, 0.9, 5)
SMALL = {"width": 16, "heads": 4}


def seeded(seed=2):
    return torch.Generator().manual_seed(seed)


def network_a(**given):
    settings = ParaFormerAttributes(**(SMALL | given))
    return ParaFormerA(6, settings, START).initialise(seeded())


def network_z(**given):
    settings = ParaFormerSeries(**(SMALL | given))
    return ParaFormerZ(6, 9, settings, START).initialise(seeded())


def read(kind, samples=11):
    attributes = torch.randn(samples, 6, generator=seeded(3))
    series = torch.randn(samples, 20, 9, generator=seeded(4))
    return (attributes,) if kind is network_a else (attributes, series)


def count_weights(network):
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_the_papers_sizes_have_as_many_weights_as_its_equations_say(norm):
    a = ParaFormerA(12, ParaFormerAttributes(norm=norm), START)
    z = ParaFormerZ(12, 9, ParaFormerSeries(norm=norm), START)
    assert count_weights(a) == 400_261
    assert count_weights(z) == 2_642_437


def test_attention_equals_torchs_with_the_same_weights():
    ours = Attention(16, 4)
    draw_linear(ours, seeded())
    theirs = torch.nn.MultiheadAttention(16, 4, batch_first=True)
    projections = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([p.weight for p in projections]))
        theirs.in_proj_bias.copy_(torch.cat([p.bias for p in projections]))
        theirs.out_proj.weight.copy_(ours.out.weight)
        theirs.out_proj.bias.copy_(ours.out.bias)
    tokens, sources = (torch.randn(3, n, 16, generator=seeded(n)) for n in (5, 40))
    expected, _ = theirs(tokens, sources, sources)
    torch.testing.assert_close(ours(tokens, sources), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_an_encoder_layer_equals_torchs_with_the_same_weights(norm):
    ours = EncoderLayer(16, 4, norm)
    draw_linear(ours, seeded())
    theirs = torch.nn.TransformerEncoderLayer(
        16, 4, 64, dropout=0.0, batch_first=True, norm_first=norm == "pre"
    )
    projections = [getattr(ours.attention, name) for name in ("query", "key", "value")]
    with torch.no_grad():
        theirs.self_attn.in_proj_weight.copy_(torch.cat([p.weight for p in projections]))
        theirs.self_attn.in_proj_bias.copy_(torch.cat([p.bias for p in projections]))
    theirs.self_attn.out_proj.load_state_dict(ours.attention.out.state_dict())
    theirs.linear1.load_state_dict(ours.feed_forward.widen.state_dict())
    theirs.linear2.load_state_dict(ours.feed_forward.narrow.state_dict())
    tokens = torch.randn(3, 40, 16, generator=seeded(5))
    found = ours(tokens, KeyedDropout(None, 0.1))
    torch.testing.assert_close(found, theirs(tokens), rtol=0, atol=1e-6)


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="3 heads do not divide a width of 16"):
        Attention(16, 3)
    with pytest.raises(ValidationError, match="heads=3 must divide width=16"):
        ParaFormerAttributes(width=16, heads=3)


@pytest.mark.parametrize("make", [network_a, network_z])
def test_attributes_in_another_order_with_their_weights_change_nothing(make):
    network, (attributes, *rest) = make(), read(make)
    expected = network(attributes, *rest)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    with torch.no_grad():
        for weight in (network.tokens.weight, network.tokens.bias):
            weight.copy_(weight[order].clone())
    found = network(attributes[:, order], *rest)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


def test_paraformer_z_knows_the_order_of_days():
    network, (attributes, series) = network_z(), read(network_z)
    head = network.head.out.weight.abs().max()
    change = (network(attributes, series.flip(1)) - network(attributes, series)).abs().max()
    assert change > 1e-3 * head


def test_positions_are_those_of_vaswani_and_others():
    found = positions(3, 4)
    angles = torch.tensor([[d, d, d / 100, d / 100] for d in (0.0, 1.0, 2.0)])
    expected = torch.stack([f(a) for f, a in zip(
        (torch.sin, torch.cos, torch.sin, torch.cos), angles.unbind(1), strict=True
    )], 1)  # fmt: skip
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("make", [network_a, network_z])
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_paraformer_starts_near_its_start_and_all_its_weights_learn(make, norm):
    network = make(norm=norm)
    unit = network(*read(make))
    assert unit.shape == (11, 5)
    assert (unit - START).abs().max() < 0.1
    unit[:, 0].square().sum().backward()
    # The bias of a key shifts all scores of a query alike, which softmax does not see.
    learned = {n: w for n, w in network.named_parameters() if not n.endswith("key.bias")}
    assert all((weight.grad != 0).any() for weight in learned.values())


@pytest.mark.parametrize("make", [network_a, network_z])
def test_with_one_query_for_each_parameter_paraformer_starts_near_its_start_too(make):
    network = make(pooling="queries")
    unit = network(*read(make))
    assert (unit - START).abs().max() < 0.1
    unit[:, 0].sum().backward()
    gradient = network.head.queries.grad
    assert (gradient[0] != 0).any()
    assert (gradient[1:] == 0).all()


@pytest.mark.parametrize("pooling", ["mean", "queries"])
@pytest.mark.parametrize("make", [network_a, network_z])
def test_a_left_out_attribute_changes_nothing_whatever_its_value(make, pooling):
    network = make(attribute_dropout=0.5, dropout=0.0, pooling=pooling)
    (attributes, *rest), keys = read(make), dropout_keys(11, seeded())
    seen = KeyedDropout(keys, 0.0).seen(6, 0.5)
    assert 0.3 < seen.float().mean() < 0.7
    expected = network(attributes, *rest, keys=keys)
    changed = torch.where(seen, attributes, 99.0)
    torch.testing.assert_close(network(changed, *rest, keys=keys), expected, rtol=0, atol=1e-6)
    assert not torch.equal(network(attributes, *rest), expected)


def test_a_sample_never_loses_all_its_attributes():
    seen = KeyedDropout(dropout_keys(500, seeded()), 0.0).seen(2, 0.9)
    assert seen.any(1).all()
    assert (~seen).any(1).any()


@pytest.mark.parametrize("make", [network_a, network_z])
def test_paraformers_first_weights_come_from_the_given_generator_alone(make):
    torch.manual_seed(1)
    first = make().state_dict()
    torch.manual_seed(2)
    second = make().state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("make", [network_a, network_z])
def test_dropout_is_the_same_in_any_micro_batch(make):
    network, inputs = (
        make(dropout=0.3, attribute_dropout=0.2).double(),
        [x.double() for x in read(make)],
    )
    keys = dropout_keys(11, seeded())
    whole = network(*inputs, keys=keys)
    for size in (1, 4):
        cut = zip(*(x.split(size) for x in (*inputs, keys)), strict=True)
        parts = torch.cat([network(*part, keys=k) for *part, k in cut])
        torch.testing.assert_close(parts, whole, rtol=0, atol=1e-12)
    assert not torch.equal(whole, network(*inputs))
    assert not torch.equal(whole, network(*inputs, keys=dropout_keys(11, seeded(7))))


def test_keyed_dropout_keeps_the_mean_and_leaves_out_its_share():
    keys = dropout_keys(50, seeded())
    drop = KeyedDropout(keys, 0.3)
    first, second = (drop(torch.ones(50, 20, 100)) for _ in range(2))
    for dropped in (first, second):
        assert (dropped == 0).double().mean() == pytest.approx(0.3, abs=0.01)
        assert dropped.mean() == pytest.approx(1.0, abs=0.01)
    both = ((first == 0) & (second == 0)).double().mean()
    assert both == pytest.approx(0.09, abs=0.01)
    assert KeyedDropout(None, 0.3)(first) is first
    assert KeyedDropout(keys, 0.0)(first) is first


def test_the_keyed_numbers_are_those_of_split_mix():
    """Rosetta Code, "Pseudo-random numbers/Splitmix64", lists those of seed 1234567."""
    known = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    found = split_mix(torch.tensor(1234567), torch.arange(4)).tolist()
    assert [number % 2**64 for number in found] == known
