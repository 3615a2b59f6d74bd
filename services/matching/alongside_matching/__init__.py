"""Hears admitted submissions, proposes each to an eligible offer, and holds a place until the offer answers.

Packages, called *rooms*. Each except the engine has its own store, tables and routes, and its own rules where it has any:

- `engine`      which offers may be asked and in which order: pure, for one offer or for a whole region at once
- `catalogue`   offers, supporters and their well-being; it owns the table `offer`
- `groups`      schedules, meetings and seats
- `allocation`  requests, proposals, places and the waitlist; it alone writes an offer's `held` and `taken`
- `listings`    what publishers list, as the directory announces it; it passes services to the catalogue through
                `catalogue.listed_offers`

Lock order. No lock is wider than a row, and transactions do not wait for each other in a circle:

0. *The supervisor* named in an agreement is locked before everything else, so that the norm (supporters per supervisor)
   also holds for two agreements that arrive at once.
1. *Requests.* A transaction that decides on one referral (an answer, a lapse, a seat) waits for its row, and has locked
   nothing before. A transaction that decides on many (a window of arrivals, a list of ends or of changes, the waitlist)
   skips rows that are locked.
2. *Listings* are locked by source and id before the offers that follow them; only the handlers of their stream write them.
3. *Offers.* A transaction waits for offers once, in the order of their ids, before it has locked any; afterwards it
   skips locked offers (`allocation.store.places`). No transaction waits for a request while it holds an offer's lock.
4. *A group's schedule*, to hold a seat there or to change it; *seats*, by id; then *meetings*, by their start and offer
   (`groups.store`). When one of several ends has failed, ends are handled one at a time, and each starts this order
   again: if two transactions then wait for each other, PostgreSQL aborts one, which is retried.
5. *Timers and the outbox* come last (the chassis).

Skipped rows are retried: ends by the timer `referral-end`, changes by `request-change`, waiting referrals by `waitlist-sweep`, which runs as long as
any referral waits (`allocation.waitlist`).
"""
