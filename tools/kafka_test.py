"""Runs the tests that need Apache Kafka: python tools/kafka_test.py [pytest arguments…]. `make kafka-test` calls it.

Where Apache Kafka is not available (no Java, or its jars cannot be downloaded) it prints the reason and the names of
all tests that were not run.
"""

import os
import subprocess
import sys

from alongside_cli.errors import CommandError
from alongside_localstack.kafka.broker import BrokerOptions, apache_kafka
from alongside_localstack.settings import StackSettings

TEST_FOLDERS = ("tests/kafka", "tests/e2e", "tests/faults")
MARK_EXPRESSION = "apache_kafka or not long"


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit code, or that of the collection where they cannot run."""
    settings = StackSettings()
    options = BrokerOptions(
        cache=settings.cache,
        java_home=settings.java_home,
        fetch_seconds_max=settings.kafka_fetch_seconds_max,
    )
    try:
        apache_kafka(options, print)
    except CommandError as error:
        return report_tests_not_run(error, arguments)
    return pytest(arguments)


def report_tests_not_run(error: CommandError, arguments: list[str]) -> int:
    """Print the reason and the names of the tests that are not run; return the exit code of their collection."""
    print(f"kafka-test: NOT RUN: {error}\nkafka-test: these were not run:", flush=True)
    collected = pytest([*arguments, "--collect-only"])
    print("kafka-test: nothing above was tested on Apache Kafka")
    return collected


def pytest(arguments: list[str]) -> int:
    """Run pytest on Apache Kafka, on TEST_FOLDERS unless the arguments (or a file of them) name tests."""
    folders = () if any(argument.startswith(("tests/", "@")) for argument in arguments) else TEST_FOLDERS
    command = [sys.executable, "-m", "pytest", "-q", "-m", MARK_EXPRESSION, *folders, *arguments]
    return subprocess.run(command, env=os.environ | {"ALONGSIDE_BROKER": "kafka"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
