"""What is said of an address at which no backend answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from sellmode_backend.conformance.commands import conformance_command
from sellmode_backend.conformance.expecting import Broken, expect_problem
from sellmode_backend.conformance.http import Answer


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of what says this to the first who asks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example.com ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut",
    ],
)
def test_what_answers_is_no_backend(answer: bytes) -> None:
    with answering(answer) as url:
        found = CliRunner().invoke(conformance_command, [url])
    assert found.exit_code == 1
    assert f"What answers at {url} does not speak HTTP" in found.output


@pytest.mark.parametrize("url", ["http://ada:secret@127.0.0.1:1", "http://[::1", "ftp://127.0.0.1"])
def test_what_is_no_address_of_a_backend_is_misuse(url: str) -> None:
    found = CliRunner().invoke(conformance_command, [url])
    assert found.exit_code == 2
    assert "secret" not in found.output


def test_a_session_where_a_refusal_was_expected_is_not_repeated() -> None:
    with pytest.raises(Broken, match="the answer is 200 with 22 bytes that are no problem, not 401 wrong_credentials"):
        expect_problem(Answer(200, {}, b'{"token":"secret-one"}'), 401, "wrong_credentials")
