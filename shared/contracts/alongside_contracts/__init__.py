"""What Alongside's services and partners say to each other: events, streams, ids and the closed vocabulary."""
