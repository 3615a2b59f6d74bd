"""The `alongside` command for operators; it works from any machine that reaches the installation's services."""
