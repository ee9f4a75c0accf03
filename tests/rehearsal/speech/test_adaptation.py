from pathlib import Path

import numpy as np
import pytest

from rehearsal.speech import acoustics, adaptation


def test_an_adaptation_brings_the_model_nearer_to_the_voice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(acoustics, "FEATURES", tmp_path / "model" / "feat.params")
    monkeypatch.setattr(acoustics, "MOVES", tmp_path / "model" / "moves.npz")
    monkeypatch.setattr(adaptation, "_UTTERANCES", 6)
    monkeypatch.setattr(adaptation, "_PASSES", 1)
    adaptation.main()
    came, deviation = acoustics.means(), acoustics.deviations()
    aligned = [adaptation.Aligned(np.full((1, 13), 5.0, np.float32), np.array([2]))]
    assert "-cmn live" in acoustics.FEATURES.read_text()
    assert np.abs(acoustics.moved(came, deviation) - came).max() > 0.1
    assert adaptation._met(aligned, np.zeros(13, np.float32), came, deviation).frames.sum() == pytest.approx(
        3
    )


def test_derivatives_of_an_unchanging_sound_are_nothing() -> None:
    features = adaptation._with_derivatives(np.ones((9, 13), np.float32))
    assert features.shape == (9, 3, 13)
    assert (features[:, 0] == 1).all()
    assert not features[:, 1:].any()
