"""How a word is pronounced, in the phones of the recogniser's model (ARPAbet)."""

from __future__ import annotations

import re

from rehearsal.speech import espeak

# espeak-ng's IPA for English -> the CMU phone set of pocketsphinx's en-us model.
_ARPABET = {
    # Diphthongs and vowels with a length mark or an r, which are one phone here.
    "aɪɚ": "AY ER", "aɪə": "AY AH", "eɪ": "EY", "aɪ": "AY", "aʊ": "AW", "ɔɪ": "OY", "oʊ": "OW", "əʊ": "OW",
    "eə": "EH R", "iə": "IY AH", "ɪə": "IY AH", "ʊə": "UH R", "ɜː": "ER", "ɚ": "ER", "əl": "AH L",
    "ɑː": "AA", "iː": "IY", "uː": "UW", "ɔː": "AO", "oː": "AO", "aː": "AA",
    "æ": "AE", "a": "AE", "ɑ": "AA", "ɒ": "AA", "ɐ": "AH", "ə": "AH", "ʌ": "AH", "ɛ": "EH", "e": "EY",
    "ɪ": "IH", "i": "IY", "ᵻ": "IH", "ɔ": "AO", "o": "OW", "ʊ": "UH", "u": "UW", "ɜ": "ER",
    "tʃ": "CH", "dʒ": "JH", "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "ɡ": "G", "f": "F", "v": "V",
    "θ": "TH", "ð": "DH", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "h": "HH", "x": "K", "m": "M", "n": "N",
    "ŋ": "NG", "l": "L", "ɫ": "L", "ɹ": "R", "r": "R", "j": "Y", "w": "W", "ɾ": "D", "ʔ": "T",
}  # fmt: skip
_SYMBOL = re.compile("|".join(sorted(_ARPABET, key=len, reverse=True)))
_ACCENTS = ("en-us", "en")


class UnpronounceableError(ValueError):
    """espeak-ng made no phones of the word."""


def pronunciations(word: str) -> list[str]:
    """Return the word's ARPAbet pronunciations, American first, as `M EY T AH`; no stress marks.

    Raises UnpronounceableError for a word without a sound, such as "...".
    """
    found = [_arpabet(espeak.phonemes(word, accent)) for accent in _ACCENTS]
    distinct = list(dict.fromkeys(phones for phones in found if phones))
    if not distinct:
        raise UnpronounceableError(word)
    return distinct


def _arpabet(ipa: str) -> str:
    without_marks = re.sub(r"[ˈˌ̩ʲ‍]|\([a-z-]+\)", "", ipa)
    phones = [_ARPABET[symbol] for symbol in _SYMBOL.findall(without_marks)]
    return " ".join(phones)
