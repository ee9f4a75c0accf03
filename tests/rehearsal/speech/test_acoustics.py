from pathlib import Path

import numpy as np
import pocketsphinx

from rehearsal.speech import acoustics


def test_the_model_has_a_codebook_for_every_phone() -> None:
    assert acoustics.means().shape == acoustics.deviations().shape == (42, 3, 128, 13)
    assert (acoustics.deviations() > 0).all()


def test_the_adapted_means_lie_near_where_they_came_from() -> None:
    came, deviation = acoustics.means(), acoustics.deviations()
    moves = (acoustics.moved(came, deviation) - came) / deviation
    assert np.isfinite(moves).all()
    assert 0.1 < np.abs(moves).mean() < 2


def test_written_means_are_read_by_the_recogniser(tmp_path: Path) -> None:
    acoustics.write_means(tmp_path / "means", acoustics.means())
    folder, kept = acoustics.model_folder(), str(tmp_path / "means")
    decoder = pocketsphinx.Decoder(hmm=folder, mean=kept, dict=None, lm=None, loglevel="FATAL")
    assert decoder.config["mean"] == kept


def test_the_file_of_adapted_means_lives_only_while_a_decoder_loads() -> None:
    with acoustics.adapted_means() as file:
        assert Path(file).stat().st_size > 4 * acoustics.means().size
    assert not Path(file).exists()
