"""A whole stack with a tiny service defined here, and the stack in a terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from alongside_localstack import control
from alongside_localstack.errors import StartFailed
from alongside_localstack.settings import StackSettings, inherited_environment
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder

ECHO = """
import http.server, json, os, sys
import psycopg

settings = {name: value for name, value in os.environ.items() if name.startswith("ALONGSIDE_")}
with psycopg.connect(settings["ALONGSIDE_DATABASE_URL"], autocommit=True) as connection:
    if sys.argv[1:] == ["migrate"]:
        connection.execute("create table if not exists migrated (at timestamptz default now())")
        sys.exit()
    connection.execute("select from migrated")

class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(settings).encode())

http.server.HTTPServer(("127.0.0.1", int(settings["ALONGSIDE_HTTP_PORT"])), Door).serve_forever()
"""
BROKEN = "print('column \"need\" is missing'); raise SystemExit(1)"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in (("echo", ECHO), ("broken", BROKEN)):
        package = tmp_path / "packages" / f"alongside_{name}"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"), prepend=":")


@asynccontextmanager
async def stack_of(folder: Path, plan: Plan) -> AsyncIterator[LocalStack]:
    state = StateFolder(folder / "state")
    settings = StackSettings(state=state.root, broker="embedded")
    try:
        async with LocalStack(state, settings=settings, plan=plan, unsafe_fast=True) as stack:
            yield stack
    finally:
        state.remove()


async def settings_of(stack: LocalStack, name: str) -> dict[str, str]:
    async with httpx2.AsyncClient() as client:
        answer: dict[str, str] = (await client.get(stack.url(name))).json()
    return answer


async def test_a_service_is_migrated_and_started_with_all_its_settings(
    services: None, tmp_path: Path
) -> None:
    plan = Plan(services=("echo",), instances={"echo": 2}, usual_ports=False)
    async with stack_of(tmp_path, plan) as stack:
        first, second = await settings_of(stack, "echo"), await settings_of(stack, "echo-2")

        assert stack.is_healthy()
        assert first["ALONGSIDE_KAFKA"] == stack.bootstrap
        assert first["ALONGSIDE_OTLP_ENDPOINT"] == stack.url("traces")
        assert first["ALONGSIDE_SERVICE_TOKEN"] == second["ALONGSIDE_SERVICE_TOKEN"] == stack.service_token
        assert (first["ALONGSIDE_KAFKA_INSTANCE_ID"], second["ALONGSIDE_KAFKA_INSTANCE_ID"]) == (
            "echo-1",
            "echo-2",
        )
        assert "ALONGSIDE_PERSON_KEY" not in first
        assert set(stack.addresses()) == {"echo", "echo-2", "traces", "mail", "smtp", "kafka", "postgres"}


async def test_a_killed_service_comes_back(services: None, tmp_path: Path) -> None:
    async with stack_of(
        tmp_path, Plan(services=("echo",), traces=False, mail=False, usual_ports=False)
    ) as stack:
        stack.service("echo").kill()
        await stack.service("echo").wait_ready(30)

        assert (await settings_of(stack, "echo"))["ALONGSIDE_HTTP_PORT"]
        assert stack.service("echo").status.restarts == 1


async def test_a_failed_migration_stops_the_start_and_shows_why(services: None, tmp_path: Path) -> None:
    plan = Plan(services=("broken",), traces=False, mail=False, usual_ports=False)

    with pytest.raises(StartFailed, match="broken-migrate ended with exit code 1") as caught:
        async with stack_of(tmp_path, plan):
            pass

    assert 'column "need" is missing' in str(caught.value)
    assert running_below(tmp_path) == []


async def test_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    terminal = await start_in_a_terminal(tmp_path)
    found = await asyncio.to_thread(control.await_running, StateFolder(tmp_path / "state"), seconds_max=60)
    pids = [node["pid"] for node in found.nodes if node["pid"]]
    assert len(pids) == 3

    terminal.send_signal(signal.SIGINT)
    output, _ = await asyncio.wait_for(terminal.communicate(), 30)

    assert terminal.returncode == 0, output.decode()
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []


async def test_another_terminal_can_stop_the_stack_and_reset_it(tmp_path: Path) -> None:
    terminal = await start_in_a_terminal(tmp_path)
    state = StateFolder(tmp_path / "state")
    found = await asyncio.to_thread(control.await_running, state, seconds_max=60)

    assert await asyncio.to_thread(control.down, state) == found.pid == terminal.pid
    await terminal.communicate()

    assert not control.status(state).running
    control.reset(state)
    assert not state.root.exists()


async def test_a_killed_supervisor_leaves_a_folder_that_starts_again(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    for _ in range(2):
        terminal = await start_in_a_terminal(tmp_path)
        await asyncio.to_thread(control.await_running, state, seconds_max=60)
        terminal.kill()
        await terminal.communicate()

        assert not control.status(state).running
    control.reset(state)


async def start_in_a_terminal(folder: Path) -> asyncio.subprocess.Process:
    mine = {"ALONGSIDE_STATE": str(folder / "state"), "ALONGSIDE_BROKER": "embedded"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alongside_localstack", "up"),
        env={**inherited_environment(), **mine},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


def running_below(folder: Path) -> list[list[str]]:
    found = (each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"]))
    return [command for command in found if any(str(folder) in part for part in command)]
