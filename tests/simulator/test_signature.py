"""The signatures are the provider's: its own library is the judge."""

from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator, get_signature_algorithm

from simulator import signature

TOKEN = "12345"
NAMES = st.text("abcXYZ_09", min_size=1, max_size=8)
VALUES = st.text(max_size=20).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))


def test_the_documented_example_is_signed_as_documented() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    made = signature.headers("https://example.com/myapp.php?foo=1&bar=2", fields.items(), TOKEN)
    assert made == {"X-Twilio-Signature": "L/OH5YylLD5NRKLltdqwSvS0BnU="}


@given(
    st.dictionaries(NAMES, VALUES, max_size=6),
    st.sampled_from(["https://h.example/p", "https://h.example:8443/p?x=%2B", "http://127.0.0.1:8120/p?a=b"]),
)
def test_the_library_accepts_every_form(fields: dict[str, str], url: str) -> None:
    made = signature.headers(url, fields.items(), TOKEN)
    assert RequestValidator(TOKEN).validate(url, fields, made["X-Twilio-Signature"])


def test_a_shared_key_signs_with_sha256_and_says_so() -> None:
    url, fields = "https://h.example/p", {"a": "b"}
    made = signature.headers(url, fields.items(), TOKEN, ("SK1", "secret"))
    validator = RequestValidator("secret")
    algorithm = get_signature_algorithm(made["X-Twilio-Webhooks-Signature-Settings"])
    assert validator.validate(url, fields, made["X-Twilio-Signature"], algorithm=algorithm)
    assert "key=SK1" in made["X-Twilio-Webhooks-Signature-Settings"]


def test_the_fragment_and_the_password_are_not_signed() -> None:
    assert signature.signed_url("https://me:pw@h.example:99/p?q=1#rc=2") == "https://h.example/p?q=1"
