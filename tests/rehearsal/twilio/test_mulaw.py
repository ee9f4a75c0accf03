"""Tests of the mu-law tables against G.711's own figures."""

from __future__ import annotations

import struct
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.twilio import mulaw


def _decoded(*codes: int) -> tuple[int, ...]:
    return struct.unpack(f"<{len(codes)}h", mulaw.decode(bytes(codes)))


def test_every_code_decodes_to_a_sample_that_encodes_to_it_again() -> None:
    again = mulaw.encode(mulaw.decode(bytes(range(256))))
    # 0x7F is the negative zero: its sample is zero, which is written 0xFF.
    assert again == bytes(range(127)) + b"\xff" + bytes(range(128, 256))


def test_the_decoder_gives_the_values_of_table_2a_of_g711() -> None:
    # Decoder output values 8031, 4191, 2079, 99, 33-ish steps and 0, on the 14-bit scale.
    assert _decoded(0x80, 0x8F, 0x9F, 0xEF, 0xFE, 0xFF) == tuple(4 * v for v in (8031, 4191, 2079, 33, 2, 0))
    assert _decoded(0x00, 0x0F, 0x1F, 0x6F, 0x7E, 0x7F) == tuple(-4 * v for v in (8031, 4191, 2079, 33, 2, 0))


def test_samples_louder_than_the_loudest_code_are_clipped() -> None:
    assert mulaw.encode(struct.pack("<4h", 32767, 32636, -32768, -32635)) == b"\x80\x80\x00\x00"


def test_silence_is_the_code_of_zero() -> None:
    assert mulaw.encode(b"\0\0") == bytes([mulaw.SILENCE])


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        mulaw.encode(b"\0\0\0")


@given(st.lists(st.integers(-32635, 32635), min_size=1))
def test_a_sample_comes_back_within_half_a_step(samples: list[int]) -> None:
    back = struct.unpack(
        f"<{len(samples)}h", mulaw.decode(mulaw.encode(struct.pack(f"<{len(samples)}h", *samples)))
    )
    for sample, heard in zip(samples, back, strict=True):
        assert abs(sample - heard) <= max(8, (abs(sample) + 132) / 32 + 4)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="audioop left Python in 3.13")
def test_all_samples_encode_as_the_former_standard_library_did() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import audioop
    samples = struct.pack("<65536h", *range(-32768, 32768))
    assert mulaw.encode(samples) == audioop.lin2ulaw(samples, 2)
    assert mulaw.decode(bytes(range(256))) == audioop.ulaw2lin(bytes(range(256)), 2)
