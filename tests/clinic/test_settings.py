"""Settings come from the environment, or say which variable is wrong and why."""

import msgspec
import pytest

from clinic.settings import DEVELOPMENT_AUTH_TOKEN, SettingError, Settings, load_settings


def test_without_any_variable_the_clinic_runs_on_this_machine() -> None:
    settings = load_settings({})
    assert settings == Settings()
    assert settings.public_realtime_url == "ws://127.0.0.1:8080"
    assert settings.public_functions_url == "http://127.0.0.1:8081"
    assert settings.signing_token == DEVELOPMENT_AUTH_TOKEN
    assert settings.clinic_path is None


def test_every_setting_says_what_it_is_for() -> None:
    for field in msgspec.inspect.type_info(Settings).fields:  # type: ignore[attr-defined]
        assert field.type.extra_json_schema["description"], field.name


def test_a_variable_is_its_settings_name_in_capitals() -> None:
    settings = load_settings(
        {"PORT": "9000", "MAX_SESSIONS": "3", "GEMINI_MODEL": "a-model", "LOG_LEVEL": "DEBUG"}
    )
    assert (settings.port, settings.max_sessions) == (9000, 3)
    assert (settings.gemini_model, settings.log_level) == ("a-model", "DEBUG")
    assert settings.public_realtime_url == "ws://127.0.0.1:9000"


def test_an_empty_variable_counts_as_unset_and_an_unknown_one_is_not_read() -> None:
    assert load_settings({"PORT": "", "LOG_LEVEL": "", "PATH": "/bin", "port": "1"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "eighty", "Expected `int`"),
        ("PORT", "65536", "<= 65535"),
        ("PORT", "-1", ">= 0"),
        ("FUNCTIONS_PORT", "8081.5", "Expected `int`"),
        ("MAX_SESSIONS", "0", ">= 1"),
        ("SESSION_TIMEOUT", "half an hour", "Expected `int`"),
        ("SESSION_TIMEOUT", "99999999999999", "<= 1000000"),
        ("API_RATE_LIMIT", "-5", ">= 1"),
        ("STORE", "postgres", "Invalid enum value 'postgres'"),
        ("LOG_LEVEL", "loud", "Invalid enum value 'loud'"),
        ("REALTIME_URL", "https://clinic.example.com", "must begin with wss://"),
        ("REALTIME_URL", "ws://clinic.example.com", "must begin with wss://"),
        ("REALTIME_URL", "ws://127.0.0.1.example.com", "must begin with wss://"),
        ("REALTIME_URL", "wss://", "must begin with wss://"),
        ("FUNCTIONS_URL", "http://clinic.example.com", "must begin with https://"),
        ("FUNCTIONS_URL", "http://localhost.example.com", "must begin with https://"),
        ("FUNCTIONS_URL", "http://localhost@example.com", "must begin with https://"),
        ("FUNCTIONS_URL", "clinic.example.com", "must begin with https://"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named_with_the_reason(name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingError) as caught:
        load_settings({name: value, "TWILIO_AUTH_TOKEN": "token"})
    assert str(caught.value).startswith(f"{name}={value!r}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("REALTIME_URL", "wss://clinic.example.com"), ("FUNCTIONS_URL", "https://clinic.example.com")],
)
def test_the_development_token_is_refused_where_the_clinic_is_public(name: str, value: str) -> None:
    with pytest.raises(SettingError, match="TWILIO_AUTH_TOKEN: must be set"):
        load_settings({name: value})
    assert load_settings({name: value, "TWILIO_AUTH_TOKEN": "token"}).signing_token == "token"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REALTIME_URL", "ws://localhost:9000"),
        ("REALTIME_URL", "ws://127.0.0.1"),
        ("FUNCTIONS_URL", "http://127.0.0.1:9001/functions"),
        ("FUNCTIONS_URL", "http://localhost"),
    ],
)
def test_on_loopback_the_development_token_will_do(name: str, value: str) -> None:
    assert load_settings({name: value}).signing_token == DEVELOPMENT_AUTH_TOKEN


def test_a_public_address_is_taken_without_its_last_slash() -> None:
    settings = Settings(
        realtime_url="wss://clinic.example.com/", functions_url="https://clinic.example.com/f/"
    )
    assert settings.public_realtime_url == "wss://clinic.example.com"
    assert settings.public_functions_url == "https://clinic.example.com/f"


def test_origins_are_separated_by_commas() -> None:
    origins = Settings(cors_origins=" https://a.example.com ,,https://b.example.com").origins
    assert origins >= {"https://a.example.com", "https://b.example.com"}


def test_the_services_own_page_may_always_start_a_call() -> None:
    assert Settings(port=9000, cors_origins="").origins == {"http://127.0.0.1:9000", "http://localhost:9000"}
    assert Settings(realtime_url="wss://voice.example.com/", cors_origins="").origins == {
        "https://voice.example.com"
    }


def test_web_tokens_have_a_secret_of_their_own_or_one_that_follows_from_twilios() -> None:
    assert Settings(web_token_secret="own").web_secret == "own"
    derived = Settings(twilio_auth_token="t1").web_secret
    assert (
        derived == Settings(twilio_auth_token="t1").web_secret != Settings(twilio_auth_token="t2").web_secret
    )
    assert "t1" not in derived


def test_a_clinics_file_is_named_by_its_path() -> None:
    path = load_settings({"CLINIC_FILE": "/clinics/small.toml"}).clinic_path
    assert str(path) == "/clinics/small.toml"


@pytest.mark.parametrize(
    ("settings", "of_google"),
    [
        ({}, set()),
        ({"STORE": "cloud"}, {"ledger", "bus"}),
        ({"STORE": "cloud", "MAIL": "gmail"}, {"ledger", "bus", "mailer"}),
        ({"SHEETS": "google", "CALENDAR": "google"}, {"register", "calendar"}),
        ({"BACKUP_BUCKET": "copies"}, {"backup"}),
        (
            {"TELEPHONY": "twilio", "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"},
            {"telephone"},
        ),
    ],
)
def test_store_mail_sheets_calendar_and_telephone_are_chosen_one_by_one(
    settings: dict[str, str], of_google: set[str]
) -> None:
    ports = ("ledger", "bus", "mailer", "register", "backup", "calendar", "telephone")
    chosen = {port for port in ports if load_settings(settings).family_of(port) == "cloud"}
    assert chosen == of_google


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"TELEPHONY": "twilio"}, "TWILIO_ACCOUNT_SID"),
        ({"TELEPHONY": "twilio", "TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_API_KEY"),
        ({"TWILIO_API_KEY": "SK1"}, "TWILIO_API_SECRET"),
        ({"TWILIO_API_SECRET": "s"}, "TWILIO_API_SECRET"),
    ],
)
def test_half_of_what_twilio_needs_is_refused(settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        load_settings(settings)
