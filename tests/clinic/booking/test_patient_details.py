"""Names, e-mail addresses and numbers, as callers give them."""

import re
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.booking.patient_details import patient_of, read_email, read_name, read_phone
from clinic.booking.refusals import NotUnderstood


@pytest.mark.parametrize(
    "name",
    [
        "Asha Rao",
        "Anne-Marie O'Neill",
        "आशा राव",
        "ఆశా రావు",
        "محمد الفارسي",
        "דנה כהן",
        "李小龍",
        "Łukasz Żółć",
        "Ng",
        "Q",
        "Asha 😀 Rao",
        "Mary Ann 3rd",
    ],
)
def test_a_name_of_any_script_is_kept_as_it_is(name: str) -> None:
    assert read_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "   ", "12345", "😀", "...", "\n\t", "\ud800", "a" * 121, "Asha " * 2000]
)
def test_what_can_be_no_name_is_asked_for_again(name: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_name(name)
    assert refusal.value.reason_code == "invalid_patient_name"


def test_a_name_is_one_line() -> None:
    assert read_name(" Asha\r\nBcc: all@example.com \x00\u2028 Rao ") == "Asha Bcc: all@example.com Rao"


def test_one_name_in_two_unicode_forms_is_one_patient() -> None:
    composed, decomposed = "Jos\u00e9", "Jose\u0301"
    patients = [patient_of(name, "jose@example.com", "", "IN") for name in (composed, decomposed)]
    assert patients[0] == patients[1]


@given(st.text())
def test_whatever_is_read_as_a_name_can_be_a_mails_subject_and_is_read_the_same_again(text: str) -> None:
    try:
        name = read_name(text)
    except NotUnderstood:
        return
    message = EmailMessage()
    message["Subject"] = f"For {name}"
    assert read_name(name) == name
    assert message.as_bytes().count(b"\nSubject") == 0


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("asha@example.com", "asha@example.com"),
        (" ASHA.Rao@Example.COM ", "asha.rao@example.com"),
        ("asha+clinic@mail.example.co.in", "asha+clinic@mail.example.co.in"),
        ("o'neill_7@example.com", "o'neill_7@example.com"),
        ("a@b-c.example", "a@b-c.example"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_an_address_is_read_in_lower_case(text: str, email: str) -> None:
    assert read_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "",
        "asha",
        "asha at example.com",
        "asha@example",
        "@example.com",
        "asha@",
        "asha@@example.com",
        "a@b@example.com",
        "asha..rao@example.com",
        ".asha@example.com",
        "asha.@example.com",
        "asha@-example.com",
        "asha@example-.com",
        "asha@example..com",
        "asha@.example.com",
        "asha@example.c",
        "asha@example.com, bob@example.com",
        "asha@example.com\nBcc: all@example.com",
        "Asha <asha@example.com>",
        "asha(rao)@example.com",
        "asha\x00@example.com",
        "आशा@example.com",
        "asha@exampleſ.com",
        "x" * 65 + "@example.com",
        "asha@" + "a" * 64 + ".com",
        "asha@" + "abcdefgh." * 30 + "com",
        "a" * 10_000 + "@example.com",
    ],
)
def test_what_can_be_no_address_is_asked_for_again(text: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_email(text)
    assert refusal.value.reason_code == "invalid_email"


@given(st.from_regex(r"\A[!-~]{1,20}@[a-z.-]{1,20}\Z") | st.emails())
def test_every_address_that_is_read_is_the_mails_only_recipient(text: str) -> None:
    try:
        email = read_email(text)
    except NotUnderstood:
        return
    message = EmailMessage(policy=SMTP)
    message["To"] = email
    assert [address.addr_spec for address in message["To"].addresses] == [email]


@pytest.mark.parametrize(
    ("text", "region", "phone"),
    [
        ("98123 45678", "IN", "+919812345678"),
        ("098123-45678", "IN", "+919812345678"),
        ("+91 98123 45678", "US", "+919812345678"),
        ("९८१२३४५६७८", "IN", "+919812345678"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+44 20 7946 0958", "IN", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("98123 45678 ext 5", "IN", "+919812345678"),
    ],
)
def test_a_number_is_read_as_e164(text: str, region: str, phone: str) -> None:
    assert read_phone(text, region) == phone
    assert re.fullmatch(r"\+[1-9]\d{6,14}", phone)


@pytest.mark.parametrize("text", ["", "  ", "\t"])
def test_no_number_is_no_number(text: str) -> None:
    assert read_phone(text, "IN") == ""


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("12", "IN"),
        ("call me", "IN"),
        ("+0 12345678", "IN"),
        ("9" * 10_000, "IN"),
        ("😀", "IN"),
        ("98123 45678 98123", "IN"),
    ],
)
def test_what_can_be_no_number_is_asked_for_again(text: str, region: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_phone(text, region)
    assert refusal.value.reason_code == "invalid_phone"


@pytest.mark.parametrize(("text", "region"), [("2345678", "IN"), ("555-0123", "US")])
def test_a_number_without_its_area_code_is_asked_for_again(text: str, region: str) -> None:
    with pytest.raises(NotUnderstood, match="invalid_phone"):
        read_phone(text, region)


def test_a_family_that_shares_a_phone_is_several_patients() -> None:
    ids = {patient_of(name, "rao@example.com", "98123 45678", "IN").id for name in ("Asha Rao", "Ravi Rao")}
    assert len(ids) == 2


def test_one_patient_is_the_same_with_another_address_but_not_with_another_phone() -> None:
    asha = patient_of("Asha Rao", "asha@example.com", "98123 45678", "IN")
    assert patient_of("ASHA  RAO", "a.rao@example.com", "+919812345678", "IN").id == asha.id
    assert patient_of("Asha Rao", "asha@example.com", "98123 45679", "IN").id != asha.id


def test_without_a_phone_the_address_tells_patients_apart() -> None:
    one, other = (patient_of("Asha Rao", f"{who}@example.com", "", "IN") for who in ("one", "other"))
    assert one.id != other.id
    assert (one.phone, one.email) == ("", "one@example.com")
