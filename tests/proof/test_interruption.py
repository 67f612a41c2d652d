import signal

import pytest

from proof.interruption import SIGNALS, Interrupted, Signals


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_begins_the_clean_up(number: signal.Signals) -> None:
    # GIVEN
    warnings: list[str] = []
    with Signals(lambda: warnings.append("warned")):
        # WHEN
        with pytest.raises(Interrupted) as caught:
            signal.raise_signal(number)

        # THEN
        assert caught.value.exit_status == 128 + number
        assert str(caught.value) == number.name

        # WHEN another one comes during the clean-up
        signal.raise_signal(number)

        # THEN
        assert warnings == ["warned"]

        # WHEN
        with pytest.raises(Interrupted):
            signal.raise_signal(number)

        # THEN nothing is warned of twice
        assert warnings == ["warned"]


def test_a_signal_in_a_clean_up_that_has_begun_by_itself_is_a_warning() -> None:
    # GIVEN
    warnings: list[str] = []
    with Signals(lambda: warnings.append("warned")) as signals:
        signals.begin_clean_up()

        # WHEN
        signal.raise_signal(signal.SIGTERM)

    # THEN
    assert warnings == ["warned"]


def test_what_handled_the_signals_before_does_so_afterwards() -> None:
    # GIVEN
    before = [signal.getsignal(number) for number in SIGNALS]

    # WHEN
    with Signals(lambda: None):
        pass

    # THEN
    assert [signal.getsignal(number) for number in SIGNALS] == before
