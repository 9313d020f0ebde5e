"""The test that tells two kinds of answers apart does tell them apart."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.separable import FAR, deviation

SAMPLES = st.lists(st.floats(0, 1), min_size=5, max_size=60)


def test_a_difference_of_a_third_of_the_noise_is_found() -> None:
    dice = random.Random(5)
    ones = [dice.gauss(1, 0.2) for _ in range(200)]
    others = [dice.gauss(1.1, 0.2) for _ in range(200)]
    assert deviation(ones, others) < -FAR


def test_the_same_noise_is_not_told_apart() -> None:
    dice = random.Random(5)
    apart = [
        deviation([dice.expovariate(1) for _ in range(200)], [dice.expovariate(1) for _ in range(200)])
        for _ in range(200)
    ]
    assert max(map(abs, apart)) < FAR


@given(SAMPLES, SAMPLES)
def test_changing_places_changes_the_sign(ones: list[float], others: list[float]) -> None:
    assert abs(deviation(ones, others) + deviation(others, ones)) < 1e-9
    assert abs(deviation(ones, ones)) < 1e-9
