"""Hears admitted submissions, finds an eligible offer and holds a place in it until it is answered.

Rooms, each but the engine with its store, tables and routes, and with rules of its own where it has any:

- `engine`      who may be asked and who is asked first: pure, for one offer or for a whole region at once
- `catalogue`   offers, supporters and their well-being; it owns the table `offer`
- `groups`      schedules, meetings and seats
- `allocation`  requests, proposals, places and the waitlist; it alone writes an offer's `held` and `taken`
- `directory`   packages of publishers in, HSDS out; it hands its services to the catalogue by `catalogue.listed_offers`

No lock is wider than a row, and no two transactions wait for each other in a circle:

0. *A supervisor*, of whom an agreement makes somebody the supporter, is locked before everything else, so that the norm
   holds for two agreements that arrive at once.
1. *Requests.* Who decides on one referral (an answer, a lapse, a seat) waits for its row, and has locked nothing before. Who
   decides on many (a window of arrivals, a list of ends, the waitlist) passes over rows that are locked.
2. *Offers.* A transaction waits for offers once, in the order of their ids, before it has locked any; later it passes
   over those that are locked (`allocation.store.places`). Nobody waits for a request with an offer locked.
3. *Seats*, by id, then *meetings*, by their start and offer (`groups.store`). Ends that are handled one by one, after one of
   them failed, begin anew with each: should two transactions then wait for each other, PostgreSQL ends one, which is
   tried again.
4. *Timers and the outbox* come last (the chassis).

What was passed over is looked at again: ends by the timer `referral-end`, those who wait by `waitlist-sweep`, which
runs as long as anybody waits (`allocation.waitlist`).
"""
