"""Sends generated requests to each service, good and bad ones, and checks the answers against its OpenAPI document."""
