"""What lesson 05 says of PyJWT, time-machine, freezegun, passlib and FastAPI is true of the installed versions."""

import importlib.util
import re
import sys
import time
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from time import time as time_imported_before
from zoneinfo import ZoneInfo

import jwt
import pytest
from fastapi.testclient import TestClient
from freezegun import freeze_time
from passlib.context import CryptContext

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "05_jwt_expiry"
README = (LESSON / "README.md").read_text("utf-8")
NOON = datetime(2030, 7, 1, 12, tzinfo=UTC)
MINUTES_15 = timedelta(minutes=15)


def _load():
    spec = importlib.util.spec_from_file_location("claims_05_token_api", LESSON / "token_api.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


token_api = _load()
KEY, ALGORITHM = token_api.SECRET_KEY, token_api.ALGORITHM
create_access_token = token_api.create_access_token
client = TestClient(token_api.app)


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def ask(token):
    return client.get("/secure", headers={"Authorization": f"Bearer {token}"})


def log_in():
    return client.post("/token", data={"username": "alice", "password": "password123"}).json()


def end_of(token):
    claims = jwt.decode(token, KEY, algorithms=[ALGORITHM], options={"verify_exp": False})
    return datetime.fromtimestamp(claims["exp"], UTC)


def fastest(call, times=5):
    def once():
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    return min(once() for _ in range(times))


# -- the README's code


@pytest.fixture
def blocks():
    return re.findall(r"```python[^\n]*\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def namespace(blocks, monkeypatch, clock):
    monkeypatch.setitem(sys.modules, "token_api", token_api)
    names = {"timedelta": timedelta, "jwt": jwt, "ALGORITHM": ALGORITHM, "clock": clock}
    exec(blocks[0], names)
    return {**names, "clock": clock}


def test_the_worked_test_passes(namespace, clock):
    namespace["test_fresh_token_opens_the_door"](clock)


def test_the_worked_test_is_in_the_starter(blocks):
    starter = (LESSON / "test_jwt_expiry.py").read_text("utf-8")
    lines = [line for line in blocks[0].splitlines() if "import" not in line]

    assert [line for line in lines if line not in starter.splitlines()] == []


def test_the_lines_that_move_the_clock_run(blocks, namespace):
    exec(blocks[1], namespace)

    assert datetime.now(UTC) == NOON + timedelta(days=7)


def test_the_forgery_of_the_readme_is_invalid(blocks, namespace):
    exec(blocks[2], namespace)

    assert ask(namespace["token"]).json() == {"detail": "Invalid token"}


def test_the_trap_is_green_on_the_app(blocks, namespace, clock):
    exec(blocks[3], namespace)
    namespace["test_tokens_expire"](clock)


def test_the_trap_is_green_on_an_app_whose_tokens_live_fifteen_days(blocks, namespace, clock, monkeypatch):
    monkeypatch.setattr(token_api, "ACCESS_LIFE", timedelta(15))
    exec(blocks[3], namespace)
    namespace["test_tokens_expire"](clock)


def test_the_trap_catches_nothing_at_the_edge(blocks, checker, tmp_path):
    suite = tmp_path / "test_trap.py"
    imports = "from datetime import timedelta\n"
    suite.write_text(imports + blocks[0] + blocks[3], "utf-8")

    verdict = checker.verdict("05", "--suite", suite, "--reveal", "--time-limit", "60")

    edge = [mutant["killed"] for mutant in verdict["mutants"] if mutant["area"] == "edge"]
    assert edge == [False] * 4
    assert verdict["score"] > 0


def test_the_four_exports_are_there():
    assert all(hasattr(token_api, name) for name in ("app", "create_access_token", "SECRET_KEY", "ALGORITHM"))


# -- the clock


def test_time_machine_moves_every_clock_that_tells_the_date(clock):
    assert datetime.now(UTC) == NOON
    assert time.time() == NOON.timestamp()
    assert date.today() == NOON.date()


def test_time_machine_moves_what_was_imported_before(clock):
    assert time_imported_before() == NOON.timestamp()


def test_a_clock_with_tick_false_stands(clock):
    first = datetime.now(UTC)
    assert all(datetime.now(UTC) == first for _ in range(100))


def test_the_fixture_puts_the_real_time_back_even_when_a_test_fails():
    import time_machine

    with pytest.raises(ZeroDivisionError), time_machine.travel(NOON):
        raise ZeroDivisionError
    assert abs(datetime.now(UTC).timestamp() - time.time()) < 1
    assert not time_machine.escape_hatch.is_travelling()


needs_tzset = pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot move its time zone")


@needs_tzset
def test_a_moment_in_utc_puts_local_time_on_utc(time_machine):
    time_machine.move_to(NOON, tick=False)
    assert datetime.now() == NOON.replace(tzinfo=None)


@needs_tzset
def test_a_moment_in_a_named_zone_takes_local_time_along(clock):
    clock.move_to(NOON.astimezone(ZoneInfo("Asia/Tokyo")))

    assert datetime.now() == datetime(2030, 7, 1, 21)
    assert datetime.now(UTC) == NOON


@needs_tzset
def test_a_moment_with_a_bare_offset_leaves_the_machines_zone(time_machine):
    before = time.tzname
    time_machine.move_to(NOON.astimezone(timezone(timedelta(hours=9))), tick=False)

    assert datetime.now(UTC) == NOON
    assert time.tzname == before


def test_a_clock_that_starts_late_in_a_second_leaves_a_token_too_short_a_life(clock):
    clock.move_to(NOON + timedelta(milliseconds=999))
    token = create_access_token({"sub": "alice"})
    clock.shift(timedelta(minutes=14, seconds=59))
    in_time = ask(token).status_code
    clock.shift(timedelta(milliseconds=1))

    assert end_of(token) == NOON + MINUTES_15
    assert (in_time, ask(token).status_code) == (200, 401)


def test_a_token_made_at_an_earlier_date_has_ended_by_noon(clock):
    clock.move_to(NOON - timedelta(days=1000))
    token = create_access_token({"sub": "alice"})
    clock.move_to(NOON)

    assert ask(token).json() == {"detail": "Token expired"}


# -- freezegun


def test_freezegun_stops_the_same_clocks_and_moves_pyjwt():
    with freeze_time("2030-07-01 12:00") as frozen:
        token = create_access_token({"sub": "alice"})
        assert (datetime.now(UTC), time.time()) == (NOON, NOON.timestamp())
        frozen.tick(timedelta(minutes=14, seconds=59))
        assert ask(token).status_code == 200
        frozen.tick(timedelta(seconds=1))
        assert ask(token).json() == {"detail": "Token expired"}


def test_freezegun_swaps_the_names_in_loaded_modules():
    with freeze_time("2030-07-01 12:00"):
        assert token_api.datetime.__name__ == "FakeDatetime"


@needs_tzset
def test_under_freezegun_local_time_is_utc_even_in_tokyo(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        with freeze_time("2030-07-01 12:00"):
            naive = jwt.encode({"sub": "alice", "exp": datetime.now() + MINUTES_15}, KEY, ALGORITHM)
            assert end_of(naive) == NOON + MINUTES_15
    finally:
        monkeypatch.undo()
        time.tzset()


def test_freezegun_with_an_offset_moves_aware_moments_too():
    with freeze_time("2030-07-01 12:00", tz_offset=9):
        token = create_access_token({"sub": "alice"})
        assert datetime.now(UTC) == NOON + timedelta(hours=9)
        assert time.time() == NOON.timestamp()
        assert end_of(token) == NOON + MINUTES_15 + timedelta(hours=9)


def test_time_machine_refuses_to_start_under_freezegun():
    import time_machine

    with freeze_time("2030-07-01 12:00"), pytest.raises(RuntimeError, match="freezegun is active"):
        time_machine.travel(NOON).start()


# -- clocks that do not move


def test_patching_time_time_does_not_move_pyjwt(monkeypatch):
    token = create_access_token({"sub": "alice"})
    monkeypatch.setattr("time.time", lambda: (NOON + timedelta(days=10_000)).timestamp())

    assert ask(token).status_code == 200


def test_patching_a_name_in_the_app_does_not_move_pyjwt(monkeypatch):
    token = create_access_token({"sub": "alice"})

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOON + timedelta(days=10_000)

    monkeypatch.setattr(token_api, "datetime", Later)

    assert ask(token).status_code == 200


# -- PyJWT


@pytest.mark.parametrize(("age", "status"), [(899, 200), (900, 401), (15 * 86_400, 401)])
def test_a_token_ends_at_the_very_second_of_its_exp(clock, age, status):
    token = create_access_token({"sub": "alice"})
    clock.shift(age)

    assert ask(token).status_code == status


@pytest.mark.parametrize(("past", "is_accepted"), [(1, True), (29, True), (30, False), (60, False)])
def test_thirty_seconds_of_leeway_are_not_seen_a_minute_past_the_end(clock, past, is_accepted):
    token = create_access_token({"sub": "alice"}, timedelta(seconds=-past))
    try:
        jwt.decode(token, KEY, algorithms=[ALGORITHM], leeway=30)
    except jwt.ExpiredSignatureError:
        assert not is_accepted
    else:
        assert is_accepted


def test_a_token_without_exp_is_accepted_unless_exp_is_required():
    token = jwt.encode({"sub": "alice"}, KEY, ALGORITHM)

    assert jwt.decode(token, KEY, algorithms=[ALGORITHM]) == {"sub": "alice"}
    with pytest.raises(jwt.MissingRequiredClaimError):
        jwt.decode(token, KEY, algorithms=[ALGORITHM], options={"require": ["exp"]})


def test_everybody_can_read_a_token():
    token = jwt.encode({"sub": "alice"}, KEY, ALGORITHM)

    assert jwt.decode(token, options={"verify_signature": False}) == {"sub": "alice"}


def test_abc_def_ghi_is_refused_without_any_check_of_a_signature():
    with pytest.raises(jwt.DecodeError):
        jwt.decode("abc.def.ghi", options={"verify_signature": False})


def test_an_unsigned_token_is_refused_by_its_algorithm():
    token = jwt.encode({"sub": "alice"}, None, "none")

    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, KEY, algorithms=[ALGORITHM])


def test_an_unsigned_token_is_accepted_where_no_signature_is_checked():
    token = jwt.encode({"sub": "alice"}, None, "none")

    assert jwt.decode(token, options={"verify_signature": False}) == {"sub": "alice"}


def test_a_number_as_sub_is_encoded_and_refused_when_decoded(clock):
    token = create_access_token({"sub": 1})

    assert ask(token).json() == {"detail": "Invalid token"}


@pytest.mark.parametrize(("algorithm", "size"), [("HS256", 32), ("HS512", 64)])
def test_a_key_that_is_too_short_warns(algorithm, size):
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        jwt.encode({}, "x" * (size - 1), algorithm)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jwt.encode({}, "x" * size, algorithm)


def test_the_key_of_the_app_has_64_bytes():
    assert len(KEY.encode()) == 64


@needs_tzset
def test_pyjwt_takes_a_naive_moment_for_utc(clock):
    clock.move_to(NOON.astimezone(ZoneInfo("Asia/Tokyo")))
    token = jwt.encode({"exp": datetime.now() + MINUTES_15}, KEY, ALGORITHM)

    assert end_of(token) == NOON + MINUTES_15 + timedelta(hours=9)


@needs_tzset
def test_pyjwt_reads_a_naive_moment_rightly_on_utc(clock):
    token = jwt.encode({"exp": datetime.now() + MINUTES_15}, KEY, ALGORITHM)

    assert end_of(token) == NOON + MINUTES_15


@needs_tzset
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow")
def test_utcnow_gives_the_right_end(clock):
    clock.move_to(NOON.astimezone(ZoneInfo("Asia/Tokyo")))
    token = jwt.encode({"exp": datetime.utcnow() + MINUTES_15}, KEY, ALGORITHM)

    assert end_of(token) == NOON + MINUTES_15


def test_utcnow_is_deprecated_since_python_3_12():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        datetime.utcnow()

    assert [warning.category for warning in caught] == [DeprecationWarning] * (sys.version_info >= (3, 12))


def test_a_bare_number_in_a_timedelta_counts_days():
    assert timedelta(15) == timedelta(days=15)


def test_seconds_are_not_the_total_seconds_of_days_or_of_a_negative_delta():
    assert timedelta(days=2).seconds == 0
    assert timedelta(minutes=-1).seconds == 24 * 60 * 60 - 60
    assert timedelta(hours=1).seconds == timedelta(hours=1).total_seconds()


def test_a_second_name_for_a_dictionary_is_always_equal_to_it():
    data = {"sub": "alice"}
    before, copied = data, data.copy()
    data["exp"] = 0

    assert data == before
    assert data != copied


def test_no_time_at_all_is_false():
    assert (timedelta(0) or MINUTES_15) == MINUTES_15


# -- at the door


def test_a_token_without_the_word_bearer_is_never_looked_at(clock):
    response = client.get("/secure", headers={"Authorization": create_access_token({"sub": "alice"})})

    assert response.status_code == 401
    assert response.json() == {"detail": "Not authenticated"}


def test_no_token_is_answered_with_the_challenge():
    response = client.get("/secure")

    assert response.json() == {"detail": "Not authenticated"}
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_bearer_none_is_an_invalid_token():
    assert ask(None).json() == {"detail": "Invalid token"}


def test_every_other_401_has_the_challenge(clock):
    answers = [
        ask(create_access_token({"sub": "alice"}, timedelta(0))),
        ask("abc.def.ghi"),
        ask(log_in()["refresh_token"]),
        client.post("/token", data={"username": "alice", "password": "password124"}),
        client.post("/refresh"),
    ]

    assert [(a.status_code, a.headers["WWW-Authenticate"]) for a in answers] == [(401, "Bearer")] * 5


def test_an_access_token_is_refused_at_refresh(clock):
    response = client.post("/refresh", headers={"Authorization": f"Bearer {log_in()['access_token']}"})

    assert (response.status_code, response.json()) == (401, {"detail": "Invalid token"})


def test_a_refresh_token_works_for_seven_days(clock):
    headers = {"Authorization": f"Bearer {log_in()['refresh_token']}"}
    clock.shift(timedelta(days=7, seconds=-1))
    in_time = client.post("/refresh", headers=headers)
    clock.shift(1)
    late = client.post("/refresh", headers=headers)

    assert in_time.status_code == 200
    assert (late.status_code, late.json()) == (401, {"detail": "Token expired"})


def test_a_mistyped_path_is_404():
    assert client.get("/secrue").status_code == 404


def test_a_missing_header_is_a_key_error_and_get_gives_none():
    headers = client.get("/secrue").headers

    assert headers.get("WWW-Authenticate") is None
    with pytest.raises(KeyError):
        headers["WWW-Authenticate"]


# -- what hashing costs


def test_the_password_hashes_of_the_app_are_cheap():
    assert "$m=8,t=1,p=1$" in token_api.users["alice"]
    assert fastest(lambda: token_api.passwords.verify("password123", token_api.users["alice"])) < 0.001


def test_passlibs_defaults_cost_a_hundred_times_as_much():
    usual = CryptContext(schemes=["argon2"])
    cheap = fastest(lambda: token_api.passwords.hash("password123"))

    assert fastest(lambda: usual.hash("password123"), times=2) > 100 * cheap


def test_making_a_token_costs_microseconds():
    assert fastest(lambda: create_access_token({"sub": "alice"}), times=20) < 0.001


def test_passlib_is_installed_as_libpass():
    assert importlib.util.find_spec("passlib") is not None
    assert importlib.import_module("importlib.metadata").version("libpass")


# -- the words of the lesson


def test_no_hint_gives_an_assertion_of_the_solution_away():
    hints = (LESSON / "hints.md").read_text("utf-8")
    solution = (ROOT / "solutions" / "05_jwt_expiry" / "test_jwt_expiry.py").read_text("utf-8")
    assertions = [line.strip() for line in solution.splitlines() if line.strip().startswith("assert")]

    assert [line for line in assertions if line in hints or line.removeprefix("assert ") in hints] == []
