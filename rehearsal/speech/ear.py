"""An ear: a turn of telephone speech in, the words of the clinic's grammar out."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from operator import truediv
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import numpy as np
import pocketsphinx

from clinic.directory import Clinic
from rehearsal.speech import acoustics
from rehearsal.speech.automaton import Arc, Automaton, smallest
from rehearsal.speech.expecting import Expecting
from rehearsal.speech.grammar import dictionary, receptionist_grammar, respellings, words_of
from rehearsal.speech.names import COMMON_NAMES

SAMPLE_RATE = 16000
"""Hertz, of signed 16-bit little-endian mono PCM, two bytes a frame."""
BEAMS = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80, "lpbeam": 1e-60, "lponlybeam": 1e-60}
"""Wide: the synthesised voice scores low even where it is understood."""
_ODDS = {
    Expecting.ANYTHING: (1e-4, 1e-10),
    Expecting.YES_NO: (1e-4, 1e-10),
    Expecting.NAME: (1e-2, 0.0),
    Expecting.SPELLING: (1e-14, 0.0),
    Expecting.DIGITS: (1e-6, 0.0),
}
"""Probability of a word, and that another phrase follows: what keeps one from falling into many."""
_LETTER = 1e-8
"""How much less probable the name of a letter is: it is short enough to be heard anywhere."""
_LEAST_FIT = -0.0054
"""Acoustic score a frame, over all words: what the grammar knows lies above, other speech below."""
_LEAST_FIT_OF_A_WORD = -0.0080
_LOUDNESS = 3000.0
"""Root mean square that a turn is brought to, steps of 16 bits."""
_NOISE = 40.0
"""Root mean square of the noise added: the model has never met the digital silence of a synthesiser."""
_PIECE = SAMPLE_RATE // 25 * 2
"""Bytes: 40 ms."""
_FEWEST_PIECES = 3
"""Loud ones; the shortest word has more."""
_LEAST_CHANGE_DB = 0.5
"""Standard deviation of the loudness of a turn's pieces; below, it is a machine."""
_MARGIN = SAMPLE_RATE // 10
"""Samples of noise before and after a turn."""


class Ear:
    """Hears what the clinic's callers say. Construction loads the model; grammars are made when first needed.

    `names` are people's names, "First Last": the common ones, or those of the clinic's patients.
    One turn at a time: a second thread waits. No turn leaves a trace in the next.
    """

    def __init__(self, clinic: Clinic, names: Iterable[str] = COMMON_NAMES) -> None:
        self._grammar = receptionist_grammar(clinic, names)
        self._decoder = _decoder(dictionary(self._grammar, respellings(clinic)))
        self._ready: set[Expecting] = set()
        self._one_at_a_time = Lock()

    def hear(self, pcm: bytes, expecting: Expecting = Expecting.ANYTHING) -> str:
        """Return the words in lower case, or "" where nothing in the grammar fits.

        The audio is SAMPLE_RATE, signed 16-bit little-endian mono, a whole turn.
        """
        if _is_steady(pcm):
            return ""
        with self._one_at_a_time:
            self._listen_for(expecting)
            self._decoder.start_utt()
            for piece in _pieces(conditioned(pcm)):
                self._decoder.process_raw(piece)
            self._decoder.end_utt()
            hypothesis = self._decoder.hyp()
            understood = hypothesis is not None and _fits(self._decoder.seg())
        return words_of(hypothesis.hypstr) if understood else ""

    def _listen_for(self, expecting: Expecting) -> None:
        if expecting not in self._ready:
            graph = _phrases(self._grammar, expecting, self._decoder)
            self._decoder.add_fsg(expecting.value, _graph(graph, expecting, self._decoder))
            self._ready.add(expecting)
        self._decoder.activate_search(expecting.value)
        self._decoder.set_cmn(self._decoder.config["cmninit"])


def _decoder(words: dict[str, list[str]]) -> Any:
    with acoustics.adapted_means() as means:
        decoder = pocketsphinx.Decoder(
            hmm=acoustics.model_folder(),
            mean=means,
            featparams=str(acoustics.FEATURES),
            dict=None,
            lm=None,
            bestpath=False,
            silprob=1.0,  # else a short word is heard in the silence after the last
            loglevel="FATAL",
            **BEAMS,
        )
    add_words(decoder, words)
    return decoder


def add_words(decoder: Any, words: dict[str, list[str]]) -> None:
    """Give the decoder its dictionary: ARPAbet pronunciations by token."""
    for word, pronunciations in words.items():
        for number, phones in enumerate(pronunciations, start=1):
            decoder.add_word(word if number == 1 else f"{word}({number})", phones, False)
    decoder.add_word("<update>", "SIL", True)


def _phrases(grammar: str, expecting: Expecting, decoder: Any) -> Automaton:
    """Compile one public rule. pocketsphinx tells a graph's arcs only by writing them to a file."""
    with TemporaryDirectory() as folder:
        source, compiled = Path(folder) / "grammar.jsgf", Path(folder) / "grammar.fsg"
        source.write_text(grammar, encoding="utf-8")
        jsgf = pocketsphinx.Jsgf(str(source))
        rule = jsgf.get_rule(f"receptionist.{expecting.value}")
        jsgf.build_fsg(rule, decoder.logmath, 1.0).writefile(str(compiled))
        lines = [line.split() for line in compiled.read_text(encoding="utf-8").splitlines() if line]
    ends = {line[0]: int(line[1]) for line in lines if line[0] in ("START_STATE", "FINAL_STATE")}
    arcs = [_arc(line) for line in lines if line[0] == "TRANSITION"]
    return smallest(arcs, ends["START_STATE"], ends["FINAL_STATE"])


def _arc(line: list[str]) -> Arc:
    return int(line[1]), int(line[2]), line[4] if len(line) > 4 else ""


def _graph(phrases: Automaton, expecting: Expecting, decoder: Any) -> Any:
    word, again = _ODDS[expecting]
    end = 1 + max(max(source, target) for source, target, _ in phrases.arcs)
    arcs: list[tuple[int, int, float] | tuple[int, int, float, str]] = [
        (source, target, word * (_LETTER if token.endswith(".") else 1.0), token)
        for source, target, token in phrases.arcs
    ]
    arcs += [(final, end, 1.0) for final in phrases.finals]
    # In one step: a phone's neighbours are not found across two arcs without a word.
    arcs += [(final, 0, again) for final in phrases.finals if again]
    return decoder.create_fsg(expecting.value, 0, end, arcs)


def _pieces(pcm: bytes) -> Iterator[bytes]:
    """Cut the turn small: the decoder holds the interpreter's lock for as long as it works on a piece."""
    return (pcm[start : start + _PIECE] for start in range(0, len(pcm), _PIECE))


def _fits(segments: Iterable[Any]) -> bool:
    """Tell whether the words were said rather than forced upon noise or other speech."""
    words = [segment for segment in segments if segment.word[0] not in "<[("]
    lengths = [segment.end_frame - segment.start_frame + 1 for segment in words]
    scores = [math.log(max(segment.ascore, sys.float_info.min)) for segment in words]
    if not words or sum(scores) < _LEAST_FIT * sum(lengths):
        return False
    return bool(min(map(truediv, scores, lengths)) >= _LEAST_FIT_OF_A_WORD)


def _is_steady(pcm: bytes) -> bool:
    """Tell whether the sound never changes its loudness, as a dial tone does and no voice can."""
    samples = np.frombuffer(pcm[: len(pcm) // _PIECE * _PIECE], "<i2").astype(np.float32)
    power = np.mean(np.square(samples.reshape(-1, _PIECE // 2)), axis=1)
    loud = 10 * np.log10(power[power > power.max(initial=0) / 100])
    return len(loud) < _FEWEST_PIECES or float(np.std(loud[1:-1])) < _LEAST_CHANGE_DB


def conditioned(pcm: bytes) -> bytes:
    """Bring the turn to one loudness, with a little noise under and around it."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    loudness = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
    gain = _LOUDNESS / loudness if loudness > _NOISE else 1.0
    noise = np.random.default_rng(1).normal(0, _NOISE, len(samples) + 2 * _MARGIN)
    noise[_MARGIN : _MARGIN + len(samples)] += samples * gain
    return bytes(np.clip(noise, -32768, 32767).astype("<i2").tobytes())
