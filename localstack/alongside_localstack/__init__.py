"""A whole network on one machine: real PostgreSQL, real Kafka, a mail sink and the services as supervised processes.

`alongside up`, `alongside demo`, the laboratory and the test suite all use the same objects:

- `stack.LocalStack` is the whole network; `infrastructure.infrastructure()` is what a test starts;
- `postgres.cluster.postgres_server()` is PostgreSQL alone in half a second; `kafka.broker` chooses the broker;
- `supervisor.supervisor.Supervisor` starts, watches, restarts and stops processes;
- `sample` generates a sample region, and `demo` sends its referrals through all services.
"""
