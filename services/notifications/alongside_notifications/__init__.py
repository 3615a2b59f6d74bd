"""Hears what changed and tells the referrer, the target and the person, once per cause and channel."""
