"""Hears what changed and notifies the referrer, the target and the person, once per cause and channel."""
