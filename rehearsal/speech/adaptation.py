"""Makes `model/`: moves the recogniser's Gaussians towards the rehearsed callers' voice.

Run it when the voice, the telephone line or the dictionary's source changes, about a minute:
`python -m rehearsal.speech.adaptation`. Random words of the grammar are spoken, sent over a
mu-law line, aligned with the model's phones, and its means re-estimated (MAP, Gauvain & Lee 1994).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pocketsphinx
import soxr
from numpy.typing import NDArray

from clinic.directory import load_clinic
from rehearsal.speech import acoustics
from rehearsal.speech.ear import BEAMS, SAMPLE_RATE, add_words, conditioned
from rehearsal.speech.grammar import dictionary, receptionist_grammar, respellings, words_of
from rehearsal.speech.names import COMMON_NAMES
from rehearsal.speech.voice import Voice
from rehearsal.twilio import mulaw

_CODEBOOKS = (
    "+NSN+", "+SPN+", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G",
    "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "SIL", "T", "TH", "UH",
    "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
"""In the order of the model's file."""
Frames = NDArray[np.float32]
_LINE_RATE = 8000
_CALLERS = (
    Voice(rate=_LINE_RATE),
    Voice(rate=_LINE_RATE, pitch=35, words_per_minute=140),
    Voice(rate=_LINE_RATE, pitch=65, words_per_minute=160),
    Voice(rate=_LINE_RATE, words_per_minute=170),
)
_UTTERANCES = 600
_PASSES = 2
_FEATURES = """-lowerf 130
-upperf 6800
-nfilt 25
-transform dct
-lifter 22
-feat 1s_c_d_dd
-svspec 0-12/13-25/26-38
-agc none
-cmn {normalisation}
-cmninit {mean}
-varnorm no
-model ptm
-remove_noise no
"""
"""As the model came, but for the cepstral mean, which is the line's and not each turn's own."""
_SEEN = 20.0
"""Frames by which a phone's shift is drawn to the shift of all phones."""
_TRUSTED = 8.0
"""Frames by which a Gaussian is drawn to where it came from: MAP's tau."""
_LEAST_FRAMES = 1.0
"""Gaussians that were met less move with their phone only."""


class Aligned(NamedTuple):
    """One utterance: cepstra (frames, 13), and the codebook of the phone in each frame."""

    cepstra: Frames
    phones: NDArray[np.int64]


class Met(NamedTuple):
    """What each Gaussian met: frames (codebook, stream, Gaussian) and the sum of their features."""

    frames: NDArray[np.float64]
    sums: NDArray[np.float64]


def main() -> None:
    """Write `model/feat.params` and `model/moves.npz`."""
    clinic = load_clinic()
    words = dictionary(receptionist_grammar(clinic, COMMON_NAMES), respellings(clinic))
    utterances = list(_utterances(list(words)))
    came, deviation = acoustics.means(), acoustics.deviations()
    acoustics.FEATURES.parent.mkdir(exist_ok=True)
    _write_features(np.zeros(13), "batch")
    for number in range(_PASSES):
        aligned = list(_align(utterances, words, came if number == 0 else acoustics.moved(came, deviation)))
        mean = np.concatenate([utterance.cepstra for utterance in aligned]).mean(axis=0)
        _write_features(mean, "live")
        _write_moves(aligned, mean, came, deviation)
        sys.stdout.write(f"pass {number + 1}: {len(aligned)} of {len(utterances)} utterances aligned\n")


def _utterances(tokens: list[str]) -> Iterator[tuple[list[str], bytes]]:
    """Say random words, two letters among them, by every caller's voice in turn."""
    chance = random.Random(5)  # noqa: S311 - not for secrets
    letters = [token for token in tokens if token.endswith(".")]
    for number in range(_UTTERANCES):
        said = chance.sample(tokens, k=5) + chance.sample(letters, k=2)
        chance.shuffle(said)
        voice = _CALLERS[number % len(_CALLERS)]
        yield said, _over_the_line(voice, words_of(" ".join(said)))


def _over_the_line(voice: Voice, text: str) -> bytes:
    decoded = mulaw.decode(mulaw.encode(voice.speak(text)))
    samples = np.frombuffer(decoded, "<i2").astype(np.float32)
    resampled = soxr.resample(samples, _LINE_RATE, SAMPLE_RATE).clip(-32768, 32767)
    return conditioned(resampled.astype("<i2").tobytes())


def _align(
    utterances: Iterable[tuple[list[str], bytes]], words: dict[str, list[str]], means: acoustics.Means
) -> Iterator[Aligned]:
    """Yield what could be aligned: an utterance in which the beams lost the way is left out."""
    with TemporaryDirectory() as folder:
        decoder = _decoder(Path(folder), words, means)
        for number, (said, pcm) in enumerate(utterances):
            phones = _phones(decoder, str(number), said, pcm)
            cepstra = sorted(Path(folder).glob("*.mfc"))[-1].read_bytes()[4:]
            if phones is not None:
                yield Aligned(np.frombuffer(cepstra, ">f4").astype(np.float32).reshape(-1, 13), phones)


def _decoder(folder: Path, words: dict[str, list[str]], means: acoustics.Means) -> Any:
    acoustics.write_means(folder / "means", means)
    decoder = pocketsphinx.Decoder(
        hmm=acoustics.model_folder(),
        mean=str(folder / "means"),
        featparams=str(acoustics.FEATURES),
        mfclogdir=str(folder),
        dict=None,
        lm=None,
        bestpath=False,
        loglevel="FATAL",
        **BEAMS,
    )
    add_words(decoder, words)
    return decoder


def _phones(decoder: Any, name: str, said: list[str], pcm: bytes) -> NDArray[np.int64] | None:
    """Return the codebook of each frame: words first, so that the best pronunciations are chosen."""
    arcs = [(place, place + 1, 1.0, token) for place, token in enumerate(said)]
    decoder.add_fsg(name, decoder.create_fsg(name, 0, len(said), arcs))
    decoder.activate_search(name)
    _decode(decoder, pcm)
    hypothesis = decoder.hyp()
    if hypothesis is None or hypothesis.hypstr.split() != said:
        return None
    decoder.set_alignment()
    _decode(decoder, pcm)
    phones = [phone for word in decoder.get_alignment() for phone in word]
    return np.repeat([_CODEBOOKS.index(phone.name) for phone in phones], [phone.duration for phone in phones])


def _decode(decoder: Any, pcm: bytes) -> None:
    decoder.set_cmn(decoder.config["cmninit"])
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()


def _write_features(mean: NDArray[Any], normalisation: str) -> None:
    written = ",".join(f"{coefficient:.3f}" for coefficient in mean)
    features = _FEATURES.format(mean=written, normalisation=normalisation)
    acoustics.FEATURES.write_text(features, encoding="utf-8")


def _write_moves(
    aligned: list[Aligned], mean: Frames, came: acoustics.Means, deviation: acoustics.Means
) -> None:
    shift = _shift(_met(aligned, mean, came, deviation), came)
    shifted = (came + shift[:, :, None, :]).astype(np.float32)
    met = _met(aligned, mean, shifted, deviation)
    wanted = (met.sums + _TRUSTED * shifted) / (met.frames[..., None] + _TRUSTED) - shifted
    steps = np.rint(wanted / deviation * acoustics.STEPS_PER_DEVIATION).clip(-127, 127).astype(np.int8)
    which = np.flatnonzero(met.frames.reshape(-1) >= _LEAST_FRAMES)
    np.savez_compressed(
        acoustics.MOVES,
        shift=shift.astype(np.float16),
        which=which.astype(np.uint16),
        steps=steps.reshape(-1, steps.shape[-1])[which],
    )


def _shift(met: Met, came: acoustics.Means) -> NDArray[np.float64]:
    """Return how far each phone lies from where it came, by stream: (codebooks, streams, 13)."""
    frames = met.frames.sum(axis=2)[..., None]
    offset = met.sums.sum(axis=2) - (met.frames[..., None] * came).sum(axis=2)
    of_all = offset.sum(axis=0) / frames.sum(axis=0)
    return np.asarray((offset + _SEEN * of_all) / (frames + _SEEN), np.float64)


def _met(aligned: list[Aligned], mean: Frames, means: acoustics.Means, deviation: acoustics.Means) -> Met:
    features = np.concatenate([_with_derivatives(each.cepstra - mean) for each in aligned])
    phones = np.concatenate([each.phones for each in aligned])
    met = Met(np.zeros(means.shape[:3]), np.zeros(means.shape))
    for codebook, stream in np.ndindex(means.shape[:2]):
        observed = features[phones == codebook, stream]
        share = _shares(observed, means[codebook, stream], deviation[codebook, stream])
        met.frames[codebook, stream] = share.sum(axis=0)
        met.sums[codebook, stream] = share.T @ observed
    return met


def _shares(observed: Frames, means: Frames, deviation: Frames) -> NDArray[np.float64]:
    """Return to what part each Gaussian is responsible for each frame: (frames, Gaussians)."""
    away = (observed[:, None, :] - means[None]) / deviation[None]
    likelihood = -0.5 * np.square(away).sum(axis=2) - np.log(deviation).sum(axis=1)
    weights = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)


def _with_derivatives(cepstra: Frames) -> Frames:
    """Return Sphinx's `1s_c_d_dd` features: (frames, 3 streams, 13)."""
    padded, count = np.pad(cepstra, ((3, 3), (0, 0)), mode="edge"), len(cepstra)
    at = [padded[first : first + count] for first in range(7)]
    return np.stack([cepstra, at[5] - at[1], (at[6] - at[2]) - (at[4] - at[0])], axis=1)


if __name__ == "__main__":
    main()
