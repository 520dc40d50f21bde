import threading
from typing import Any

import pytest

from footfall.errors import QueryCancelledError, StoreError, TransientError
from footfall.store.clickhouse.pool import Pool


class Client:
    closed = False

    def close(self) -> None:
        self.closed = True


def pool(made: list[Client], **options: Any) -> Pool:
    def make() -> Any:
        made.append(Client())
        return made[-1]

    return Pool(make, **options)


def test_clients_are_made_when_needed_and_used_again() -> None:
    made: list[Client] = []
    lender = pool(made)
    assert made == []
    with lender.lend() as first, lender.lend() as second:
        assert first is not second
    with lender.lend():
        pass
    assert len(made) == 2
    lender.close()
    assert [client.closed for client in made] == [True, True]


def test_a_borrower_past_the_bound_waits_and_then_gives_up() -> None:
    made: list[Client] = []
    lender = pool(made, size=1, patience=0.01)
    with lender.lend(), pytest.raises(TransientError), lender.lend():
        pass
    with lender.lend():
        assert len(made) == 1


def test_a_client_that_can_not_be_made_takes_no_place() -> None:
    def make() -> Any:
        raise ConnectionError

    lender = Pool(make, size=1, patience=0.01)
    for _ in range(3):
        with pytest.raises(ConnectionError), lender.lend():
            pass
    lender.close()


def test_a_client_on_which_something_failed_is_not_lent_again() -> None:
    made: list[Client] = []
    lender = pool(made, size=1)
    with pytest.raises(KeyError), lender.lend():
        raise KeyError
    assert [client.closed for client in made] == [True]
    with lender.lend() as client:
        assert client is made[1]


def test_one_client_never_serves_two_threads_at_once() -> None:
    lender = pool([], size=3)
    used: set[int] = set()
    clashes = []

    def borrow() -> None:
        for _ in range(200):
            with lender.lend() as client:
                if id(client) in used:
                    clashes.append(client)
                used.add(id(client))
                used.discard(id(client))

    threads = [threading.Thread(target=borrow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clashes == []


def test_close_wakes_those_who_wait() -> None:
    lender = pool([], size=1)
    refused = threading.Event()

    def wait() -> None:
        try:
            with lender.lend():
                pass
        except StoreError:
            refused.set()

    with lender.lend():
        waiter = threading.Thread(target=wait)
        closer = threading.Thread(target=lender.close)
        waiter.start()
        closer.start()
        waiter.join()
        assert closer.is_alive()
    closer.join()
    assert refused.is_set()


def test_the_patience_of_one_borrower() -> None:
    lender = pool([], size=1)
    with lender.lend(), pytest.raises(TransientError), lender.lend(0.01):
        pass


def test_close_gives_up_on_those_who_take_too_long() -> None:
    made: list[Client] = []
    lender = pool(made, size=2)
    with lender.lend():
        with lender.lend():
            pass
        assert lender.close(0.01) is False
        assert [client.closed for client in made] == [False, True]
        with pytest.raises(StoreError), lender.lend():
            pass
    assert [client.closed for client in made] == [True, True]
    assert lender.close(0.01) is True


def test_borrowers_of_few_shares_leave_clients_to_others() -> None:
    lender = pool([], size=5, reserved=2, patience=0.01)
    with lender.lend(share=1), lender.lend(share=1), lender.lend(share=1):
        with pytest.raises(TransientError), lender.lend(share=1):
            pass
        with lender.lend(share=2), pytest.raises(TransientError), lender.lend(share=2):
            pass
    with lender.lend(share=1), lender.lend(share=2), lender.lend(share=1):
        for share in (1, 2):
            with pytest.raises(TransientError), lender.lend(share=share):
                pass
        with lender.lend(share=3), lender.lend(share=4), pytest.raises(TransientError), lender.lend(share=5):
            pass


def test_who_gives_up_waiting_gets_no_client() -> None:
    made: list[Client] = []
    lender = pool(made, size=1)
    given_up, ended = threading.Event(), threading.Event()

    def wait() -> None:
        try:
            with lender.lend(unless=given_up.is_set):
                pass
        except QueryCancelledError:
            ended.set()

    with lender.lend():
        waiter = threading.Thread(target=wait)
        waiter.start()
        given_up.set()
        lender.wake()
        waiter.join()
    assert ended.is_set()
    with pytest.raises(QueryCancelledError), lender.lend(unless=given_up.is_set):
        pass
    assert len(made) == 1
