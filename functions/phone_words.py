"""What Twilio's own voice says to callers and staff, where the agent can not."""

from __future__ import annotations

from typing import Literal

from twilio.twiml.voice_response import Gather, VoiceResponse

Phrase = Literal[
    "busy",
    "broken",
    "putting_through",
    "nobody_answers",
    "nobody_answers_now",
    "recorded",
    "voicemail",
    "briefing",
    "press_a_key",
]

_LOCALES = {"en": "en-IN", "hi": "hi-IN", "te": "te-IN"}
_PHRASES: dict[str, dict[Phrase, str]] = {
    "en": {
        "busy": "All our lines are busy just now. I am putting you through to the clinic.",
        "broken": "I am sorry, something on our side does not work. I am putting you through to the clinic.",
        "putting_through": "One moment, please. I am putting you through to our staff.",
        "nobody_answers": "I am sorry, nobody can take your call just now. The clinic will call you back.",
        "nobody_answers_now": "I am sorry, nobody can take your call just now. Please call again later.",
        "recorded": "This call is recorded.",
        "voicemail": "Hello, this is {clinic}. Please call us back on {phone}. Thank you.",
        "briefing": "A call from the voice agent. {details}",
        "press_a_key": "Press any key to take it.",
    },
    "hi": {
        "busy": "अभी हमारी सभी लाइनें व्यस्त हैं। मैं आपको क्लिनिक से जोड़ रही हूँ।",
        "broken": "क्षमा कीजिए, हमारी ओर कुछ गड़बड़ हो गई है। मैं आपको क्लिनिक से जोड़ रही हूँ।",
        "putting_through": "कृपया एक क्षण रुकिए। मैं आपको हमारे स्टाफ़ से जोड़ रही हूँ।",
        "nobody_answers": "क्षमा कीजिए, अभी कोई आपका फ़ोन नहीं ले पा रहा है। क्लिनिक आपको वापस फ़ोन करेगा।",
        "nobody_answers_now": "क्षमा कीजिए, अभी कोई आपका फ़ोन नहीं ले पा रहा है। कृपया बाद में फिर फ़ोन कीजिए।",
        "recorded": "यह कॉल रिकॉर्ड की जा रही है।",
        "voicemail": "नमस्ते, यह {clinic} है। कृपया हमें {phone} पर वापस फ़ोन कीजिए। धन्यवाद।",
        "briefing": "वॉइस एजेंट से एक कॉल। {details}",
        "press_a_key": "कॉल लेने के लिए कोई भी बटन दबाइए।",
    },
    "te": {
        "busy": "ప్రస్తుతం మా లైన్లన్నీ బిజీగా ఉన్నాయి. మిమ్మల్ని క్లినిక్‌కు కలుపుతున్నాను.",
        "broken": "క్షమించండి, మా వైపు ఏదో సమస్య వచ్చింది. మిమ్మల్ని క్లినిక్‌కు కలుపుతున్నాను.",
        "putting_through": "దయచేసి ఒక్క క్షణం ఆగండి. మిమ్మల్ని మా సిబ్బందికి కలుపుతున్నాను.",
        "nobody_answers": "క్షమించండి, ప్రస్తుతం ఎవరూ మీ ఫోన్ తీసుకోలేకపోతున్నారు. క్లినిక్ మీకు తిరిగి ఫోన్ చేస్తుంది.",
        "nobody_answers_now": "క్షమించండి, ప్రస్తుతం ఎవరూ మీ ఫోన్ తీసుకోలేకపోతున్నారు. దయచేసి తర్వాత మళ్ళీ ఫోన్ చేయండి.",
        "recorded": "ఈ కాల్ రికార్డ్ చేయబడుతోంది.",
        "voicemail": "నమస్కారం, ఇది {clinic}. దయచేసి {phone} కి తిరిగి ఫోన్ చేయండి. ధన్యవాదాలు.",
        "briefing": "వాయిస్ ఏజెంట్ నుండి ఒక కాల్. {details}",
        "press_a_key": "కాల్ తీసుకోవడానికి ఏదైనా బటన్ నొక్కండి.",
    },
}


def words(phrase: Phrase, language: str, **fields: str) -> str:
    """Return a phrase in a language, or in English where we have none of it."""
    return _PHRASES.get(language, _PHRASES["en"])[phrase].format(**fields)


def say(verb: VoiceResponse | Gather, text: str, language: str) -> None:
    """Let Twilio say a text, in the voice it has for the language (twilio.com/docs/voice/twiml/say)."""
    locale = _LOCALES.get(language, _LOCALES["en"])
    # The default voices know no Telugu; Google's do, and all three sound alike.
    verb.say(text, voice=f"Google.{locale}-Standard-A", language=locale)
