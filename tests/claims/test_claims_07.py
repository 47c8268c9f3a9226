"""What lesson 07 says about libraries, its trap, and its app: each tried on the installed versions."""

import inspect
import json
import re
import sys
from datetime import date
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "07_validation"
README = (LESSON / "README.md").read_text("utf-8")
APP = (LESSON / "guesthouse_api.py").read_text("utf-8")

sys.path.insert(0, str(LESSON))
from guesthouse_api import create_app  # noqa: E402

sys.path.remove(str(LESSON))

ZOE = {
    "guest": {"name": "Zoe", "email": "zoe@example.com"},
    "room": "garden",
    "arrival": "2030-07-01",
    "departure": "2030-07-05",
    "persons": 2,
    "passphrase": "over the hills",
}

JSON = {"content-type": "application/json"}  # what `json=` says of itself; it refuses to write a NaN


@pytest.fixture
def house():
    return TestClient(create_app())


def kind(annotation, value):
    """The type of the one problem, or what the value is taken for."""
    try:
        return TypeAdapter(annotation).validate_python(value)
    except ValidationError as error:
        (problem,) = error.errors()
        return problem["type"]


def app_of(route, method="POST"):
    app = FastAPI()
    app.add_api_route("/", route, methods=[method])
    return TestClient(app)


# -- what pydantic takes


@pytest.mark.parametrize("value", ["2", "2.0", " 2 ", 2.0, True], ids=repr)
def test_lax_int_is_obliging_and_a_strict_one_is_not(value):
    assert kind(int, value) == int(float(value))
    assert kind(Annotated[int, Field(strict=True)], value) == "int_type"


def test_lax_int_refuses_what_is_no_number():
    assert kind(int, "two") == "int_parsing"


@pytest.mark.parametrize(
    ("value", "taken_for"), [(0, date(1970, 1, 1)), ("2030-07-01T00:00:00", date(2030, 7, 1))], ids=str
)
def test_lax_date_takes_a_number_and_a_midnight(value, taken_for):
    assert kind(date, value) == taken_for
    assert kind(Annotated[date, Field(strict=True)], value) == "date_type"


def test_date_that_does_not_exist_is_refused():
    assert kind(date, "2030-06-31") == "date_from_datetime_parsing"


def test_white_space_that_is_taken_away_and_one_that_is_not():
    name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

    assert kind(name, " \t\u00a0") == "string_too_short"
    assert kind(name, "\u200b") == "\u200b"


def test_spaces_taken_away_are_counted_afterwards(house):
    response = house.post("/bookings", json={**ZOE, "guest": {**ZOE["guest"], "name": "   "}})

    assert response.json()["detail"][0]["type"] == "string_too_short"


def test_a_choice_has_a_type_of_its_own_for_each_way_to_write_it():
    assert kind(StrEnum("Room", ["attic", "tower"]), "cellar") == "enum"
    assert kind(Literal["attic", "tower"], "cellar") == "literal_error"


def test_pydantic_says_characters_in_its_own_words_today():
    with pytest.raises(ValidationError, match="String should have at least 1 character "):
        TypeAdapter(Annotated[str, Field(min_length=1)]).validate_python("")


def test_default_is_not_validated_and_a_null_is():
    class Change(BaseModel):
        persons: int = None

    assert Change().model_dump(exclude_unset=True) == {}
    assert [problem["type"] for problem in _errors(Change, {"persons": None})] == ["int_type"]


def _errors(model, value):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return caught.value.errors()


def test_what_was_sent_and_what_has_a_value_are_two_questions():
    class Change(BaseModel):
        persons: int | None = None
        room: str | None = None

    change = Change(persons=None)

    assert change.model_dump(exclude_unset=True) == {"persons": None}
    assert change.model_dump(exclude_none=True) == {}


def test_email_validator_is_not_there_and_so_emailstr_is_an_import_error():
    assert find_spec("email_validator") is None
    code = "from pydantic import BaseModel, EmailStr\nclass Guest(BaseModel):\n    email: EmailStr\n"
    with pytest.raises(ImportError, match="email-validator is not installed"):
        exec(code, {"__name__": __name__})


# -- what FastAPI does with it


class Stay(BaseModel):
    model_config = ConfigDict(extra="forbid")
    room: str
    passphrase: Annotated[str, Field(min_length=8)]
    share: float = 1


async def make(stay: Stay) -> None: ...


def test_missing_field_is_answered_with_the_whole_body():
    sent = {"passphrase": "over the hills"}

    (problem,) = app_of(make).post("/", json=sent).json()["detail"]

    assert (problem["type"], problem["loc"], problem["input"]) == ("missing", ["body", "room"], sent)


def test_short_passphrase_is_repeated():
    response = app_of(make).post("/", json={"room": "attic", "passphrase": "hunter2"})

    assert response.json()["detail"][0]["input"] == "hunter2"


def test_form_in_place_of_json_is_one_problem_of_the_whole_body():
    (problem,) = (
        app_of(make).post("/", data={"room": "attic", "passphrase": "over the hills"}).json()["detail"]
    )

    assert (problem["type"], problem["loc"]) == ("model_attributes_type", ["body"])


def test_no_body_is_missing_at_the_body_for_a_model():
    (problem,) = app_of(make).post("/").json()["detail"]

    assert (problem["type"], problem["loc"]) == ("missing", ["body"])


@pytest.mark.parametrize("sent", [{}, {"json": {}}], ids=["no body", "an empty one"])
def test_embedded_parameter_is_missing_at_its_own_place(sent):
    async def cancel(passphrase: Annotated[str, Body(embed=True)]) -> None: ...

    (problem,) = app_of(cancel).post("/", **sent).json()["detail"]

    assert (problem["type"], problem["loc"]) == ("missing", ["body", "passphrase"])


def test_query_is_always_text_so_a_strict_number_is_never_right():
    async def lax(limit: int) -> int:
        return limit

    async def strict(limit: Annotated[int, Query(strict=True)]) -> int:
        return limit

    assert app_of(lax, "GET").get("/?limit=2").json() == 2
    assert app_of(strict, "GET").get("/?limit=2").status_code == 422


def test_last_of_several_query_parameters_wins_and_unknown_ones_are_ignored():
    async def read(limit: int = 10) -> int:
        return limit

    client = app_of(read, "GET")

    assert client.get("/?limit=2&limit=3").json() == 3
    assert client.get("/?limt=3").json() == 10


def test_nan_ends_in_an_error_of_the_handler_that_repeats_it():
    client = app_of(make)
    with pytest.raises(ValueError, match="not JSON compliant"):
        client.post("/", content='{"room": NaN, "passphrase": "over the hills"}', headers=JSON)
    told = TestClient(client.app, raise_server_exceptions=False)
    assert told.post("/", content='{"room": NaN}', headers=JSON).status_code == 500


def test_nan_is_a_422_of_a_handler_that_repeats_nothing(house):
    response = house.post("/bookings", content=json.dumps({**ZOE, "persons": float("nan")}), headers=JSON)

    assert [problem["loc"] for problem in response.json()["detail"]] == [["body", "persons"]]
    assert response.status_code == 422


@pytest.mark.parametrize("method", ["delete", "get", "head"])
def test_client_has_no_json_for(method, house):
    assert "json" not in inspect.signature(getattr(house, method)).parameters
    with pytest.raises(TypeError, match="json"):
        getattr(house, method)("/bookings/1", json={})


# -- the trap


def _ruleless():
    """The lesson's app, with any name, room, number and text taken: it asks for what is there, and no more."""
    ruleless, changed = APP, 0
    for rule in ("Name", "Email", "Persons", "Wish", "Wishes", "Passphrase"):
        ruleless, times = re.subn(rf"^{rule} = .*$", f"{rule} = Any", ruleless, flags=re.MULTILINE)
        changed += times
    ruleless, times = re.subn(
        r"^    (room: Room|arrival: date|departure: date)$", _any, ruleless, flags=re.MULTILINE
    )
    assert (changed, times) == (6, 3)
    scope: dict[str, Any] = {"__name__": "ruleless"}
    exec(ruleless.replace("    check_stay(new)\n", ""), scope)
    return TestClient(scope["create_app"]())


def _any(match):
    return f"    {match[1].split(':')[0]}: Any"


def _seven():
    """The README's seven wrong values, and the body that they are put into."""
    block = next(
        code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "SEVEN = [" in code
    )
    scope: dict[str, Any] = {"pytest": pytest}
    exec(block, scope)
    return scope["SEVEN"], scope["WHAT_WE_SEND"]


def test_seven_refusals_are_green_without_any_rule():
    wrong_values, base = _seven()
    client = _ruleless()

    assert len(wrong_values) == 7
    assert {client.post("/bookings", json={**base, **wrong}).status_code for wrong in wrong_values} == {422}
    assert {client.post("/bookings", data={**ZOE, **wrong}).status_code for wrong in wrong_values} == {422}


def test_seven_values_are_taken_without_any_rule_and_with_a_passphrase():
    client = _ruleless()

    answers = [client.post("/bookings", json={**ZOE, **wrong}) for wrong in _seven()[0]]

    assert {answer.status_code for answer in answers} == {201}


def test_persons_of_any_kind_leave_the_seven_green():
    scope: dict[str, Any] = {"__name__": "any_persons"}
    exec(re.sub(r"^Persons = .*$", "Persons = Any", APP, flags=re.MULTILINE), scope)
    client = TestClient(scope["create_app"]())
    wrong_values, base = _seven()

    assert {client.post("/bookings", json={**base, **wrong}).status_code for wrong in wrong_values} == {422}


def test_misspelt_field_is_refused_too(house):
    (problem,) = house.post("/bookings", json={**ZOE, "person": 0}).json()["detail"]

    assert problem["loc"] == ["body", "person"]


def test_two_persons_taken_and_a_hundred_refused_say_nothing_of_the_edges():
    wide = Annotated[int, Field(ge=0, le=50)]

    assert (kind(wide, 2), kind(wide, 100)) == (2, "less_than_equal")
