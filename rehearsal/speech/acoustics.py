"""The recogniser's acoustic model, with its Gaussians moved to where the rehearsed callers' voice is.

pocketsphinx's en-us model knows human voices on a good line. espeak-ng over a telephone is
neither, so `model/` holds how far to move the means of the model (MAP adaptation), made by
`python -m rehearsal.speech.adaptation`. The variances and all else stay as they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

Means = NDArray[np.float32]
"""Shape: codebooks (42 phones), streams (cepstra and two derivatives), Gaussians (128), 13 coefficients."""

FEATURES = Path(__file__).parent / "model" / "feat.params"
MOVES = Path(__file__).parent / "model" / "moves.npz"
STEPS_PER_DEVIATION = 10
"""A move is stored as tenths of its Gaussian's standard deviation, one signed byte each."""
_MAGIC = 0x11223344
_LEAST_VARIANCE = 1e-4
_END_OF_HEADER = b"endhdr\n"
_WITHOUT_CHECKSUM = b"s3\nversion 1.0\n" + _END_OF_HEADER


def model_folder() -> str:
    """Return the folder of the en-us model in pocketsphinx's wheel."""
    return str(pocketsphinx.get_model_path("en-us/en-us"))


def means() -> Means:
    """Return the means of the model as they came."""
    return _read("means")


def deviations() -> Means:
    """Return the standard deviations of the model, of the shape of the means."""
    return np.asarray(np.sqrt(np.maximum(_read("variances"), _LEAST_VARIANCE)), np.float32)


@contextmanager
def adapted_means() -> Iterator[str]:
    """Keep a file of the moved means, in the format of Sphinx-3, for as long as a decoder loads."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "means"
        write_means(file, moved(means(), deviations()))
        yield str(file)


def moved(came: Means, deviation: Means) -> Means:
    """Return the means where `model/moves.npz` puts them."""
    with np.load(MOVES) as stored:
        shift, which, steps = stored["shift"], stored["which"], stored["steps"]
    moves = np.broadcast_to(shift[:, :, None, :].astype(np.float32), came.shape).reshape(-1, came.shape[-1])
    moves = moves.copy()
    moves[which] += steps * deviation.reshape(moves.shape)[which] / STEPS_PER_DEVIATION
    return np.asarray(came + moves.reshape(came.shape), np.float32)


def write_means(file: Path, values: Means) -> None:
    """Write means as the decoder's option `mean` reads them."""
    codebooks, streams, gaussians, length = values.shape
    counts = [_MAGIC, codebooks, streams, gaussians, *[length] * streams, values.size]
    file.write_bytes(_WITHOUT_CHECKSUM + np.array(counts, "<i4").tobytes() + values.astype("<f4").tobytes())


def _read(name: str) -> Means:
    content = (Path(model_folder()) / name).read_bytes()
    numbers = np.frombuffer(content[content.index(_END_OF_HEADER) + len(_END_OF_HEADER) :], "<i4")
    codebooks, streams, gaussians, length = (int(number) for number in numbers[1:5])
    first, size = 5 + streams, codebooks * streams * gaussians * length
    values = numbers[first : first + size].view(np.float32)
    return np.asarray(values.reshape(codebooks, streams, gaussians, length), np.float32)
