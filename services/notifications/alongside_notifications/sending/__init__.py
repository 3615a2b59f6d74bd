"""Sends due notices, destination by destination: looks up the address, leases the notice, hands it to the mail relay."""
