"""The library every Alongside service is built on; of the business it knows streams, partners and regions only.

A service may import one level below this package: a folder's `__init__` or one of the modules here. Deeper modules are
internal. Each folder imports only the folders below it:

    service       assembles everything: the chassis's own app.py
    http          commands, reads, operators' routes, health
    lifecycle     preparation, timers, replays of projections and of dead letters
    consume       from polled records to one commit
    announce      the transaction, its outbox, and the relay that sends the outbox to Kafka
    observe       traces, metrics, log lines
    database, columns, settings, main
    kafka         connection options, and corrections and diagnostics that aiokafka lacks
    tables, migrations, errors, origin, clock, cancelling, testing
"""
