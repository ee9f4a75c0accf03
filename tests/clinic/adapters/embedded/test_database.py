"""One SQLite file, for several threads and processes at once, through full disks and kills."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

import pytest

from clinic.adapters.embedded.database import Database

ROOT = Path(__file__).parents[4]
SCHEMA = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"
COUNT = "SELECT count(*) FROM notes"

COMMITTER = """
import sys
from datetime import UTC, datetime, timedelta
from clinic.adapters.embedded.ledger import open_port
from clinic.booking.change import CELL, Cell, Change
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.ports import SlotTaken
from clinic.settings import Settings
name, folder = sys.argv[1:]
start, now, won = datetime(2027, 1, 1, 5, tzinfo=UTC), datetime.now(UTC), []
print("ready", flush=True)
sys.stdin.readline()
ledger = open_port(Settings(local_data=folder))
for number in range(40):
    times = {"requested_at": now, "expires_at": now}
    call = ToolCall(id=f"{name}-{number}", call_id=name, tool="t", arguments={}, **times)
    change = Change(takes=(Cell("mehta", start + CELL * number),))
    try:
        ledger.commit(call, "succeeded", succeeded(name), change)
    except SlotTaken:
        continue
    won.append(number)
print(*won, flush=True)
"""
HALF = """
import sys
from pathlib import Path
from clinic.adapters.embedded.database import Database
database = Database(Path(sys.argv[1]) / "notes.sqlite", "")
with database.transaction() as connection:
    connection.execute("INSERT INTO notes (body) VALUES ('half')")
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notes.sqlite"


@pytest.fixture
def database(file: Path) -> Database:
    return Database(file, SCHEMA)


def run(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a script in another process and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def write(database: Database, body: str) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO notes (body) VALUES (?)", (body,))


def test_the_folder_and_the_tables_are_made_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "notes.sqlite"
    write(Database(file, SCHEMA), "kept")
    assert Database(file, SCHEMA).rows("SELECT body FROM notes") == [("kept",)]


def test_the_file_is_in_wal_mode_and_waits_for_the_disk(database: Database) -> None:
    assert database.rows("PRAGMA journal_mode") == [("wal",)]
    assert database.rows("PRAGMA synchronous") == [(2,)]


def test_a_folder_that_can_not_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        Database(tmp_path / "file" / "notes.sqlite", SCHEMA)


def test_a_fault_inside_leaves_nothing_and_the_next_transaction_works(database: Database) -> None:
    def break_down() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO notes (body) VALUES ('half')")
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        break_down()
    write(database, "whole")
    assert database.rows("SELECT body FROM notes") == [("whole",)]


def test_a_full_disk_is_said_so_and_passes(database: Database) -> None:
    database.rows("PRAGMA max_page_count = 20")
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            write(database, "x" * 200_000)
    write(database, "small")
    assert database.rows("SELECT body FROM notes") == [("small",)]


def test_readers_go_on_while_somebody_writes(database: Database, file: Path) -> None:
    other = Database(file, SCHEMA)
    with database.transaction() as connection:
        connection.execute("INSERT INTO notes (body) VALUES ('unseen')")
        assert other.rows(COUNT) == [(0,)]
    assert other.rows(COUNT) == [(1,)]


def test_threads_share_a_connection_and_lose_nothing(database: Database, file: Path) -> None:
    instances = cycle([database, Database(file, SCHEMA)])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, instances, map(str, range(60))))
    assert database.rows("SELECT count(DISTINCT body) FROM notes") == [(60,)]


def test_who_opens_a_file_that_another_is_just_making_waits_for_it(file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    finish = threading.Timer(0.1, lambda: other.execute("COMMIT"))
    finish.start()
    write(Database(file, SCHEMA), "seen")
    finish.join()
    assert other.execute(COUNT).fetchall() == [(1,)]
    other.close()


def test_many_who_open_a_new_file_at_once_all_can(file: Path) -> None:
    with ThreadPoolExecutor(12) as pool:
        opened = list(pool.map(lambda _: Database(file, SCHEMA), range(12)))
    write(opened[0], "seen by all")
    assert [each.rows(COUNT) for each in opened] == [[(1,)]] * 12


def test_two_processes_write_one_database_and_share_the_slots_between_them(tmp_path: Path) -> None:
    processes = [run(COMMITTER, name, str(tmp_path)) for name in ("one", "other")]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    won = [list(map(int, process.communicate(timeout=30)[0].split())) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(won[0] + won[1]) == list(range(40))


def test_a_process_killed_in_a_transaction_leaves_no_half_and_no_lock(
    database: Database, tmp_path: Path
) -> None:
    process = run(HALF, str(tmp_path))
    process.kill()
    process.communicate()
    assert database.rows(COUNT) == [(0,)]
    write(database, "whole")
    assert database.rows(COUNT) == [(1,)]


def test_a_closed_database_is_closed(database: Database) -> None:
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        database.rows(COUNT)
