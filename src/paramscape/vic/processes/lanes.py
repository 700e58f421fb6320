"""Some of the lanes of a record, and records of some lanes put together.

A record is a named tuple of tensors, each (lane,) or (layer, lane), or of other records.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Share(NamedTuple):
    """A record of some of the lanes, and which lanes these are."""

    index: Tensor
    record: tuple


def pick(record, index: Tensor):
    """The lanes `index` of a record, in that order."""
    if not isinstance(record[0], Tensor):
        return type(record)(*(pick(part, index) for part in record))
    return _like(record, _rows(record)[:, index])


def join(shares: Sequence[Share], lanes: int):
    """One record of all `lanes`, of shares that together have each lane once."""
    first = shares[0].record
    if not isinstance(first[0], Tensor):
        parts = ([Share(share.index, part) for part in share.record] for share in shares)
        return type(first)(*(join(part, lanes) for part in zip(*parts, strict=True)))
    rows = _rows(first)
    whole = rows.new_zeros(rows.shape[0], lanes)
    for share in shares:
        whole = whole.index_copy(1, share.index, _rows(share.record))
    return _like(first, whole)


def _rows(record: Sequence[Tensor]) -> Tensor:
    """(row, lane): one row for each (lane,) tensor and for each layer of a (layer, lane) one."""
    if all(values.ndim == 1 for values in record):
        return torch.stack(tuple(record))
    return torch.cat([values if values.ndim == 2 else values[None] for values in record])


def _like(record, rows: Tensor):
    """A record with the shapes of another one, of its rows."""
    if rows.shape[0] == len(record):
        return type(record)(*rows.unbind(0))
    parts = rows.split([1 if values.ndim == 1 else values.shape[0] for values in record])
    pairs = zip(parts, record, strict=True)
    return type(record)(*(part.squeeze(0) if old.ndim == 1 else part for part, old in pairs))
