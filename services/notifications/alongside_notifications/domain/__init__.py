"""The rules of notices: recipients, wording, retries, and who is paged next. Pure functions only."""
