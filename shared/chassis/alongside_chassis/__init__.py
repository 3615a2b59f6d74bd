"""What every Alongside service is bolted to; it knows streams, partners and regions, and no other word of the business.

What a service may import is one step below this package: a folder's `__init__` or one of the modules here. What lies
deeper is the chassis's own. Folders, each importing only those below it, and the modules beside them:

    service       bolts everything together: the chassis's own app.py
    http          commands, reads, operators' routes, health
    lifecycle     beside hearing: preparation, timers, replays, dead letters brought back
    consume       from polled records to one commit
    announce      the transaction, the outbox in it, and the relay that sends what it holds
    observe       traces, metrics, log lines
    database, columns, settings, main
    kafka         who we are at the brokers, and what aiokafka does not do by itself
    tables, migrations, errors, origin, clock, cancelling, testing
"""
