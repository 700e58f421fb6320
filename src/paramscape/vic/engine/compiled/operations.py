"""The C++ of each tensor operation that the physics uses.

A value is a numpy array of C++ expressions, of the shape that the tensor has for a single lane.
Shape operations only rearrange the expressions; arithmetic writes new ones.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
import torch

Values = np.ndarray


def single(expression: str) -> Values:
    """The value of a tensor of one lane."""
    return np.array([expression], dtype=object)


MASK = re.compile(r"m\d|mask\(|~|always\(")


def is_mask(expression: str) -> bool:
    """Whether an expression is true or false, rather than a number."""
    return MASK.match(expression) is not None


def values_of(value) -> Values:
    """The value of a constant, or the value itself."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, torch.Tensor):
        return np.vectorize(_literal, otypes=[object])(value.detach().numpy())
    return np.array(_literal(value), dtype=object)


def _literal(value: float) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "always()" if value else "~always()"
    return f"number({float(value)!r})"


def each(form: str) -> Callable[..., Values]:
    """The operation that fills the form with every element of its broadcast arguments."""
    count = form.count("{}")

    def operation(*args, **_) -> Values:
        arrays = np.broadcast_arrays(*(values_of(a) for a in args[:count]))
        result = np.empty(arrays[0].shape, dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = form.format(*(a[place] for a in arrays))
        return result

    return operation


def _numbers(form: str) -> Callable[..., Values]:
    """`each`, where true and false count as 1 and 0."""
    fill = each(form)

    def operation(*args, **_) -> Values:
        return fill(*(_converted(values_of(a)) for a in args))

    return operation


def _scaled(form: str) -> Callable[..., Values]:
    def operation(a, b, *, alpha=1) -> Values:
        return _numbers(form)(a, b if alpha == 1 else each("({} * {})")(b, alpha))

    return operation


def _reversed_difference(a, b, alpha=1) -> Values:
    return _scaled("{} - {}")(b, a, alpha=alpha)


LIMIT = re.compile(r"number\(|land\[")
"""Expressions that are never NaN: numbers, and constants of the land, which were checked."""


def _limited(general: str, limited: str) -> Callable[..., Values]:
    """The larger or smaller of two values, by one instruction where the second is never NaN."""

    def operation(x, limit) -> Values:
        pairs = np.broadcast_arrays(values_of(x), values_of(limit))
        result = np.empty(pairs[0].shape, dtype=object)
        for place in np.ndindex(result.shape):
            value, bound = (pair[place] for pair in pairs)
            name = limited if LIMIT.match(bound) else general
            result[place] = f"{name}({value}, {bound})"
        return result

    return operation


_larger, _smaller = _limited("larger", "at_least"), _limited("smaller", "at_most")


def _clamp(x, min=None, max=None) -> Values:
    x = x if min is None else _larger(x, min)
    return x if max is None else _smaller(x, max)


WHOLE_POWERS = {
    0: "number(1.0)",
    0.5: "root({0})",
    1: "{0}",
    2: "{0} * {0}",
    3: "{0} * {0} * {0}",
    -1: "number(1.0) / {0}",
}


def _power(base, exponent) -> Values:
    if isinstance(exponent, (int, float)) and exponent in WHOLE_POWERS:
        form = WHOLE_POWERS[exponent]
        return np.vectorize(form.format, otypes=[object])(values_of(base))
    return each("power({}, {})")(base, exponent)


def _converted(x, dtype: torch.dtype | None = None, **_) -> Values:
    masks = is_mask(x.reshape(-1)[0])
    return each("as_number({})")(x) if masks and dtype != torch.bool else x


def _where(condition, a, b) -> Values:
    choose = each("({} ? {} : {})")(condition, a, b)
    both_masks = is_mask(values_of(a).reshape(-1)[0])
    return each("mask{}")(choose) if both_masks else choose


def _sum(x, dims: Sequence[int] = (), keepdim: bool = False, **_) -> Values:
    for dim in sorted((d % x.ndim for d in dims or range(x.ndim)), reverse=True):
        total, *rest = np.moveaxis(x, dim, 0)
        for part in rest:
            total = each("({} + {})")(total, part)
        x = np.expand_dims(total, dim) if keepdim else np.asarray(total, dtype=object)
    return x


def _mean(x, dims: Sequence[int] = (), keepdim: bool = False, **_) -> Values:
    count = np.prod([x.shape[d] for d in dims or range(x.ndim)])
    return each("({} / {})")(_sum(x, dims, keepdim), float(count))


def _slice(x, dim=0, start=None, end=None, step=1) -> Values:
    chosen = range(*slice(start, end, step).indices(x.shape[dim]))
    return np.take(x, chosen, axis=dim)


def _select_scatter(whole, part, dim, index) -> Values:
    result = whole.copy()
    np.moveaxis(result, dim, 0)[index] = part
    return result


def _slice_scatter(whole, part, dim=0, start=None, end=None, step=1) -> Values:
    result = whole.copy()
    np.moveaxis(result, dim, 0)[slice(start, end, step)] = np.moveaxis(part, dim, 0)
    return result


def _select_backward(x, shape, dim, index) -> Values:
    return _select_scatter(_filled(shape), x, dim, index)


def _slice_backward(x, shape, dim, start, end, step) -> Values:
    return _slice_scatter(_filled(shape), x, dim, start, end, step)


def _expand(x, shape, **_) -> Values:
    kept = (1,) * (len(shape) - x.ndim) + x.shape
    return np.broadcast_to(x, [k if n == -1 else n for n, k in zip(shape, kept, strict=True)])


def _filled(shape, value=0.0, **_) -> Values:
    return np.full(tuple(shape), _literal(float(value)), dtype=object)


def _full_like(x, value=0.0, **_) -> Values:
    return _filled(x.shape, value)


def _range(*limits, **_) -> Values:
    return values_of(torch.arange(*limits, dtype=torch.float64))


OPERATIONS: dict[str, Callable] = {
    "add": _scaled("{} + {}"),
    "sub": _scaled("{} - {}"),
    "rsub": _reversed_difference,
    "mul": _numbers("{} * {}"),
    "div": each("{} / {}"),
    "neg": each("(-{})"),
    "reciprocal": each("(number(1.0) / {})"),
    "abs": each("magnitude({})"),
    "sgn": each("sign({})"),
    "sign": each("sign({})"),
    "exp": each("exponential({})"),
    "expm1": each("exponential_minus_1({})"),
    "log": each("logarithm({})"),
    "log1p": each("logarithm_1_plus({})"),
    "log10": each("logarithm_10({})"),
    "sqrt": each("root({})"),
    "pow": _power,
    "maximum": _larger,
    "minimum": _smaller,
    "clamp": _clamp,
    "clamp_min": lambda x, low: _clamp(x, low),
    "clamp_max": lambda x, high: _clamp(x, None, high),
    "where": _where,
    "masked_fill": lambda x, mask, value: each("({} ? {} : {})")(mask, value, x),
    "addcmul": lambda a, b, c, value=1: each("({} + {} * {})")(a, b, c),
    "gt": each("mask({} > {})"),
    "ge": each("mask({} >= {})"),
    "lt": each("mask({} < {})"),
    "le": each("mask({} <= {})"),
    "eq": each("mask({} == {})"),
    "ne": each("mask({} != {})"),
    "bitwise_and": each("mask({} & {})"),
    "bitwise_or": each("mask({} | {})"),
    "bitwise_not": each("~{}"),
    "logical_and": each("mask({} & {})"),
    "logical_or": each("mask({} | {})"),
    "logical_not": each("~{}"),
    "_to_copy": _converted,
    "to": _converted,
    "detach": lambda x: x,
    "alias": lambda x: x,
    "clone": lambda x, **_: x,
    "contiguous": lambda x, **_: x,
    "scalar_tensor": lambda value, **_: values_of(value),
    "zeros_like": lambda x, **_: _full_like(x),
    "ones_like": lambda x, **_: _full_like(x, 1.0),
    "full_like": _full_like,
    "full": _filled,
    "zeros": _filled,
    "ones": lambda shape, **_: _filled(shape, 1.0),
    "new_zeros": lambda x, shape, **_: _filled(shape),
    "arange": _range,
    "sum": _sum,
    "mean": _mean,
    "cat": lambda parts, dim=0: np.concatenate(parts, axis=dim),
    "stack": lambda parts, dim=0: np.stack(parts, axis=dim),
    "unbind": lambda x, dim=0: tuple(np.moveaxis(x, dim, 0)),
    "split": lambda x, size, dim=0: tuple(
        np.split(x, range(size, x.shape[dim], size), axis=dim)
    ),
    "select": lambda x, dim, index: np.asarray(np.take(x, index, axis=dim), dtype=object),
    "slice": _slice,
    "select_scatter": _select_scatter,
    "slice_scatter": _slice_scatter,
    "select_backward": _select_backward,
    "slice_backward": _slice_backward,
    "unsqueeze": np.expand_dims,
    "squeeze": lambda x, dim=None: np.squeeze(x, axis=dim),
    "view": lambda x, shape: x.reshape(shape),
    "_unsafe_view": lambda x, shape: x.reshape(shape),
    "permute": lambda x, dims: np.transpose(x, dims),
    "expand": _expand,
}  # fmt: skip
