"""The local stack: real PostgreSQL, real Kafka, a mail sink and the services as supervised processes on one machine.

`alongside up`, `alongside demo` and the test-suite all drive the same objects:

- `stack.LocalStack` is everything together; `infrastructure.infrastructure()` is what a test starts;
- `postgres.postgres_server()` is PostgreSQL alone in half a second; `kafka` chooses and describes the broker;
- `supervisor.Supervisor` starts, watches, restarts and stops whatever processes it is given.
"""
