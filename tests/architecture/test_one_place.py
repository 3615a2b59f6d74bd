"""Some calls are made in one place only: a second place would lose messages or read another clock."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import Source, calls, dotted, package_sources, report

CHASSIS = "alongside_chassis"
OUTSIDE = {"alongside_cli", "alongside_localstack", "alongside_lab"}
"""Packages that run beside services: they print, act as partners, and read databases."""
OFFSETS_ARE_COMMITTED_IN = {
    (CHASSIS, "consume/listener.py"),
    (CHASSIS, "lifecycle/unread_reader.py"),
    ("alongside_cli", "kafka/offsets.py"),
}
FASTSTREAM_IS_IMPORTED_IN = {(CHASSIS, "consume/listener.py"), (CHASSIS, "kafka/subscription.py")}
KAFKA_CLIENT = re.compile(r"(^|\.)AIOKafka(Producer|Consumer|AdminClient|Client)$")
WALL_CLOCKS = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns))$")
SQL_VERB = re.compile(r"\b(select|insert|update|delete|with|from|where)\b", re.IGNORECASE)
SQL_COMMIT = re.compile(r"\s*(commit|end)\s*(transaction|work)?\s*;?\s*", re.IGNORECASE)


def test_only_the_transaction_commits() -> None:
    broken = [
        source.at(node)
        for source in package_sources()
        if (source.package, source.path_in_package) != (CHASSIS, "announce/transaction.py")
        for node in ast.walk(source.tree)
        if (calls_method(node, "commit") and not commits_offsets(source, node)) or says_commit(node)
    ]

    assert not broken, report(
        broken,
        "one batch, one commit, in chassis/announce/transaction.py: take a `Tx` and let it commit (style 9)",
    )


def test_services_open_no_transaction_of_their_own() -> None:
    broken = [
        source.at(call)
        for source in package_sources()
        if source.package not in {CHASSIS, *OUTSIDE}
        for call in calls(source.tree)
        if re.search(r"(^|[._])(conn|connection)\.transaction$", dotted(call.func))
    ]

    assert not broken, report(
        broken, "the chassis opens the transaction: use `tx.conn`, or `runtime.transaction()` in a worker"
    )


def test_only_the_relay_sends_to_kafka() -> None:
    broken = [
        source.at(node)
        for source in package_sources()
        if not may_send(source)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name | ast.Attribute | ast.alias) and names_the_producer(node)
    ]

    assert not broken, report(
        broken,
        "announce through the outbox: `tx.announce(event)`. A message sent beside a commit will one day lie (style 10)",
    )


def test_every_kafka_client_is_told_who_it_is_in_one_way() -> None:
    broken = [
        source.at(call)
        for source in package_sources()
        for call in calls(source.tree)
        if KAFKA_CLIENT.search(dotted(call.func)) and not is_given_options(call)
    ]

    assert not broken, report(
        broken,
        "give it `**kafka.options()` (chassis/kafka/access.py): addresses, user, password and CA in one place",
    )


def test_faststream_only_declares_consumer_groups() -> None:
    broken = [
        source.at(node)
        for source in package_sources()
        if source.package not in OUTSIDE
        if (source.package, source.path_in_package) not in FASTSTREAM_IS_IMPORTED_IN
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and imports_faststream(node)
    ]

    assert not broken, report(
        broken,
        "declare groups in chassis/kafka/subscription.py; delivery is the listener's (docs/decisions/0003)",
    )


def test_only_the_clock_reads_the_clock() -> None:
    broken = [
        source.at(node)
        for source in package_sources()
        if (source.package, source.path_in_package) != (CHASSIS, "clock.py")
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Call) and WALL_CLOCKS.search(dotted(node.func)))
        or takes_from(node, "time", {"time", "time_ns"})
    ]

    assert not broken, report(
        broken,
        "pass `now` in: `tx.now` in a handler, `clock.now()` elsewhere; for durations, time.monotonic()",
    )


def test_only_settings_read_the_environment() -> None:
    broken = [
        source.at(node)
        for source in package_sources()
        if not may_read_the_environment(source)
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv", "os.environb"})
        or takes_from(node, "os", {"environ", "getenv", "environb"})
    ]

    assert not broken, report(
        broken, "add a field to settings.py and pass the value in as a parameter (style 17)"
    )


def test_only_the_command_line_prints() -> None:
    broken = [
        source.at(call)
        for source in package_sources()
        if source.package not in OUTSIDE and source.path_in_package.rsplit("/", 1)[-1] not in PROGRAMS
        for call in calls(source.tree)
        if dotted(call.func) in {"print", "pprint.pprint", "sys.stdout.write"}
    ]

    assert not broken, report(
        broken, "log one canonical line with a name from the typed list instead (style 25, 26)"
    )


def test_sql_is_put_together_from_constants_only() -> None:
    broken = [
        f"{source.at(part)} {{{ast.unparse(part.value)}}}"
        for source in package_sources()
        if re.search(r"(^|[_/])store(\.py|/)", source.path_in_package)
        for text in ast.walk(source.tree)
        if isinstance(text, ast.JoinedStr) and SQL_VERB.search(ast.unparse(text))
        for part in text.values
        if isinstance(part, ast.FormattedValue) and not is_constant(part.value)
    ]

    assert not broken, report(
        broken, "pass values as $1, $2, …; only an UPPER_CASE fragment of SQL may be put into a statement"
    )


# Commands inside a package (`python -m …`): their output is for the terminal.
PROGRAMS = {"__main__.py", "carry_over.py", "gate.py"}


def calls_method(node: ast.AST, name: str) -> bool:
    """Return whether the node calls a method of that name."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def commits_offsets(source: Source, node: ast.AST) -> bool:
    """Return whether the node commits a group's offsets: the listener after its transaction, or an operator."""
    may_commit = (source.package, source.path_in_package) in OFFSETS_ARE_COMMITTED_IN
    return may_commit and isinstance(node, ast.Call) and dotted(node.func).endswith("consumer.commit")


def imports_faststream(node: ast.Import | ast.ImportFrom) -> bool:
    """Return whether the node imports FastStream."""
    modules = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return any(module.split(".")[0] == "faststream" for module in modules)


def is_given_options(call: ast.Call) -> bool:
    """Return whether the call takes all connection options from `Kafka.options`."""
    spread = [word.value for word in call.keywords if word.arg is None]
    own = {word.arg for word in call.keywords} & {"bootstrap_servers", "security_protocol", "ssl_context"}
    return not own and any(calls_method(value, "options") for value in spread)


def is_constant(node: ast.expr) -> bool:
    """Return whether the node names a module constant, or a part of one such as `_NOTE.rows`."""
    first, *_, last = (dotted(node) or "").split(".") * 2
    return first.isupper() or last.isupper()


def takes_from(node: ast.AST, module: str, names: set[str]) -> bool:
    """Return whether the node imports one of the names from a module."""
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and any(a.name in names for a in node.names)
    )


def says_commit(node: ast.AST) -> bool:
    """Return whether the node is SQL text that ends a transaction."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(SQL_COMMIT.fullmatch(node.value))
    )


def may_send(source: Source) -> bool:
    """Return whether the file may send: the relay and its batches in flight, the test harness, or a simulated partner."""
    return source.package in OUTSIDE or (
        source.package == CHASSIS
        and source.path_in_package in {"announce/relay.py", "announce/in_flight.py", "testing.py"}
    )


def names_the_producer(node: ast.Name | ast.Attribute | ast.alias) -> bool:
    """Return whether the node names Kafka's producer class."""
    name = node.name if isinstance(node, ast.alias) else dotted(node)
    return name.rsplit(".", 1)[-1] == "AIOKafkaProducer"


def may_read_the_environment(source: Source) -> bool:
    """Return whether the file is a settings module."""
    return source.path_in_package.rsplit("/", 1)[-1] == "settings.py"
