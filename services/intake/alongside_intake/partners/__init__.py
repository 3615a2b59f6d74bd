"""What a partner is owed on its status stream, also when it was not registered yet."""
