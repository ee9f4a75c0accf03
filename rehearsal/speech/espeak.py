"""The espeak-ng library of the `espeakng_loader` wheel, called through ctypes."""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock

import espeakng_loader

SAMPLE_RATE = 22050
"""Hertz; espeak-ng's own rate, signed 16-bit, mono, native byte order."""

# Values of espeak-ng's speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_POS_CHARACTER = 1
_PHONEMES_IPA = 2
_LONGEST_DATA_PATH = 140
"""Characters: the library copies the path into a buffer of 160, file names included."""
_PARAMETERS = {"words_per_minute": 1, "pitch": 3, "pitch_range": 4, "word_gap": 7}

_SYNTH_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)

_one_at_a_time = Lock()
"""The library keeps its voice and its parameters in globals."""
_rendered: list[bytes] = []


class EspeakError(RuntimeError):
    """espeak-ng could not start, has no such voice, or could not render a text."""


def render(text: str, voice: str, **parameters: int) -> bytes:
    """Return the text spoken: 16-bit mono PCM at SAMPLE_RATE. Raises EspeakError.

    The voice is a name of espeak-ng, `en-us` or `hi+f3`; parameters are those of
    espeak_SetParameter: words_per_minute, pitch and pitch_range (0 to 100), word_gap (10 ms).
    """
    with _one_at_a_time:
        library = _library()
        _choose(library, voice)
        for name, value in parameters.items():
            library.espeak_SetParameter(_PARAMETERS[name], value, 0)
        return _synthesise(library, text.encode() + b"\0")


def phonemes(text: str, voice: str) -> str:
    """Return how that voice would say the text, in the International Phonetic Alphabet."""
    with _one_at_a_time:
        library = _library()
        _choose(library, voice)
        written = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(written))
        clauses = []
        while rest.value:
            clause = library.espeak_TextToPhonemes(ctypes.byref(rest), _CHARS_UTF8, _PHONEMES_IPA)
            clauses.append(clause.decode())
    return " ".join(clauses)


def _synthesise(library: ctypes.CDLL, text: bytes) -> bytes:
    _rendered.clear()
    failed = library.espeak_Synth(text, len(text), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None)
    if failed:
        raise EspeakError(f"espeak-ng could not render the text (error {failed})")
    return b"".join(_rendered)


def _choose(library: ctypes.CDLL, voice: str) -> None:
    _, _, variant = voice.partition("+")
    # Asked for a variant it lacks, the library takes the plain voice without a word.
    known = (Path(espeakng_loader.get_data_path()) / "voices" / "!v" / variant).exists()
    if not known or library.espeak_SetVoiceByName(voice.encode()):
        raise EspeakError(f"espeak-ng has no voice named {voice!r}")


def _keep(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
    if samples and count > 0:
        _rendered.append(ctypes.string_at(samples, count * ctypes.sizeof(ctypes.c_short)))
    return 0


_keep_rendered = _SYNTH_CALLBACK(_keep)
"""Module-wide, because the library calls it for as long as the process lives."""


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    data = _short(Path(espeakng_loader.get_data_path()))
    rate = library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, os.fsencode(data), _DONT_EXIT)
    if rate != SAMPLE_RATE:
        raise EspeakError(f"espeak-ng did not start with its data in {data} (answer {rate})")
    library.espeak_SetSynthCallback(_keep_rendered)
    return library


def _short(data: Path) -> Path:
    if len(os.fsencode(data)) <= _LONGEST_DATA_PATH:
        return data
    folder = tempfile.mkdtemp(prefix="espeak-")
    atexit.register(shutil.rmtree, folder)
    nearby = Path(folder) / "data"
    nearby.symlink_to(data, target_is_directory=True)
    return nearby
