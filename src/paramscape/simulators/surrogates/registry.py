"""All kinds of surrogates, by name."""

from paramscape.simulators.surrogates import arnet, lstm, seq2seq

KINDS = {"lstm": lstm.KIND, "seq2seq": seq2seq.KIND, "arnet": arnet.KIND}
