"""Writes a sample of every letter into a folder, to look at: `python -m clinic.letters`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from clinic.directory import Clinic, ClinicFileError, load_clinic
from clinic.letters.letters import Letters
from clinic.letters.samples import samples
from clinic.letters.words import LetterFileError
from clinic.settings import SettingError, load_settings


def main() -> int:
    """Check the letters of the clinic and write the samples; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m clinic.letters", description=__doc__)
    parser.add_argument("folder", nargs="?", help="default: letters/ in LOCAL_DATA")
    arguments = parser.parse_args()
    try:
        settings = load_settings(os.environ)
        clinic = load_clinic(settings.clinic_path)
        folder = Path(arguments.folder or Path(settings.local_data) / "letters")
        written = _write(Letters(clinic, settings.letters_path), clinic, folder)
    except (SettingError, ClinicFileError, LetterFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{written} letters, each as .eml, .html and .txt, in {folder}\n")
    return 0


def _write(letters: Letters, clinic: Clinic, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    every = list(samples(letters, clinic))
    for name, message in every:
        (folder / f"{name}.eml").write_bytes(message.as_bytes())
        for form, suffix in (("html", "html"), ("plain", "txt")):
            part = message.get_body((form,))
            if part is not None:
                (folder / f"{name}.{suffix}").write_text(part.get_content(), encoding="utf-8")
    return len(every)


if __name__ == "__main__":
    sys.exit(main())
