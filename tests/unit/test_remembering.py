"""Results are worked out once, and not kept for ever."""

from __future__ import annotations

from geodata.remembering import Remembered


def test_a_result_is_worked_out_once_and_forgotten_before_there_are_too_many() -> None:
    asked: list[int] = []

    def doubled(number: int) -> int:
        asked.append(number)
        return 2 * number

    remembered = Remembered(doubled, most=2)
    assert [remembered[number] for number in (1, 1, 2, 2)] == [2, 2, 4, 4]
    assert asked == [1, 2]
    assert remembered[3] == 6
    assert dict(remembered) == {3: 6}
    assert remembered[1] == 2
    assert asked == [1, 2, 3, 1]
