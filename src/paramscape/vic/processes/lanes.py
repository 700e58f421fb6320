"""Some of the lanes of a record, and records of some lanes put together.

A record is a named tuple of tensors, each (lane,) or (layer, lane), or of other records.
"""

from collections.abc import Iterator, Sequence
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
    return _like(record, torch.stack(rows_of(record))[:, index])


def join(shares: Sequence[Share], lanes: int):
    """One record of all `lanes`, of shares that together have each lane once."""
    first = shares[0].record
    if not isinstance(first[0], Tensor):
        parts = ([Share(share.index, part) for part in share.record] for share in shares)
        return type(first)(*(join(part, lanes) for part in zip(*parts, strict=True)))
    rows = torch.stack(rows_of(first))
    whole = rows.new_zeros(rows.shape[0], lanes)
    for share in shares:
        whole = whole.index_copy(1, share.index, torch.stack(rows_of(share.record)))
    return _like(first, whole)


def rows_of(record: Sequence[Tensor]) -> list[Tensor]:
    """Rows (lane,) of a record: one for each (lane,) tensor and for each layer of the others."""
    return [row for values in record for row in (values.unbind(0) if values.ndim > 1 else [values])]


def _like(record, rows: Tensor):
    """A record with the shapes of another one, of its rows (row, lane)."""
    if rows.shape[0] == len(record):
        return type(record)(*rows.unbind(0))
    left = iter(rows.unbind(0))
    return type(record)(*(_field(old, left) for old in record))


def _field(old: Tensor, rows: Iterator[Tensor]) -> Tensor:
    return torch.stack([next(rows) for _ in range(old.shape[0])]) if old.ndim > 1 else next(rows)
