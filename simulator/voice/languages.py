"""What espeak-ng calls the languages that telephone providers name."""

# What Twilio calls a language, where espeak-ng calls it otherwise.
_ESPEAK_NAMES = {"en": "en-us", "en-us": "en-us", "en-gb": "en-gb", "zh": "cmn", "zh-hk": "yue", "pt-br": "pt-br"}
_SPOKEN_BY_DEFAULT = "en-us"


def espeak_names(language: str) -> tuple[str, ...]:
    """List the espeak-ng voices to try for a BCP 47 language, best first; the last one always exists."""
    whole = language.lower().replace("_", "-")
    primary = whole.split("-", 1)[0]
    wanted = (_ESPEAK_NAMES.get(whole), _ESPEAK_NAMES.get(primary, primary), _SPOKEN_BY_DEFAULT)
    return tuple(dict.fromkeys(name for name in wanted if name))
