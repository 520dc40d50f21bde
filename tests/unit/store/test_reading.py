def test_two_statements_of_an_answer_run_at_a_time() -> None:
    asked, go, two = Client(), threading.Event(), threading.Event()
    inside: list[int] = []
    most = 0

    def run() -> None:
        nonlocal most
        inside.append(1)
        most = max(most, len(inside))
        if most == 2:
            two.set()
        assert go.wait(30)
        inside.pop()

    asked.during = run
    reading = readers(asked, Killing()).reading(1)
    with ThreadPoolExecutor(3) as threads:
        found = [threads.submit(reading.query, "SELECT 7") for _ in range(3)]
        assert two.wait(30)
        threading.Event().wait(0.2)  # a third one would have begun
        go.set()
        assert [one.result(30).scalar for one in found] == [7, 7, 7]
    assert most == 2
