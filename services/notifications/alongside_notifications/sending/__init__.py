"""Sends what is due, destination by destination: leases a notice, asks for the address, hands it to the mail relay."""
