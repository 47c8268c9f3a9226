import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes its time")


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true")


@pytest.fixture
def unknown():
    return "nobody"
