"""Every SQL statement of matching, one function per question, split by noun.

No lock is wider than a row, and no two transactions wait for each other in a circle:

0. *A supervisor*, of whom an agreement makes somebody the supporter, is locked before everything else, so that the norm
   holds for two agreements that arrive at once.
1. *Requests.* Who decides on one referral (an answer, a lapse, a seat) waits for its row, and has locked nothing before. Who
   decides on many (a window of arrivals, a list of ends, the waitlist) passes over rows that are locked.
2. *Offers.* A transaction waits for offers once, in the order of their ids, before it has locked any; later it passes
   over those that are locked (`places`). Nobody waits for a request with an offer locked.
3. *Timers and the outbox* come last (the chassis).

What was passed over is looked at again: ends by the timer `referral-end`, those who wait by `waitlist-sweep`, which
runs as long as anybody waits (`waking`).
"""
