"""Importing a module must do nothing: no connection, no broker, no settings read, no logging set up (style 17)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import dotted, package_sources, report

# Calls that open, read or configure something.
EFFECTS = {
    "AIOKafkaAdminClient", "AIOKafkaConsumer", "AIOKafkaProducer", "AsyncClient", "Client", "FastAPI", "Popen",
    "TracerProvider", "basicConfig", "build_app", "check_output", "configure", "connect", "create_async_engine",
    "create_engine", "create_pool", "create_task", "dictConfig", "get_event_loop", "load_dotenv", "new_event_loop",
    "open", "read_bytes", "read_text", "run", "set_tracer_provider", "socket", "start_http_server",
}  # fmt: skip


def test_nothing_happens_at_import() -> None:
    broken = [
        f"{source.at(call)} {dotted(call.func)}(…)"
        for source in package_sources()
        if not source.path_in_package.endswith("__main__.py")
        for statement in executed_at_import(source.tree.body)
        for call in calls_now(statement)
        if has_effect(call)
    ]

    assert not broken, report(
        broken, "build it in app.py (`build(settings)`) or behind a function, and pass it as a parameter"
    )


def has_effect(call: ast.Call) -> bool:
    """Return whether the call is one of EFFECTS or builds a settings object."""
    last = dotted(call.func).rsplit(".", 1)[-1]
    return last in EFFECTS or last.endswith("Settings")


def executed_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Walk the statements that run when the module is imported: not those under `if __name__ == "__main__"`."""
    for statement in body:
        if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test):
            continue
        yield statement


def calls_now(node: ast.AST) -> Iterator[ast.Call]:
    """Walk the calls made when the node runs: not those inside a function or lambda it merely defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for ran_now in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            yield from calls_now(ran_now)
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Call):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from calls_now(child)
