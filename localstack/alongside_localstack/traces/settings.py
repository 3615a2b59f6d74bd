"""Settings of the span receiver."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ReceiverSettings(BaseSettings):
    """Read from ALONGSIDE_DATABASE_URL, ALONGSIDE_HTTP_HOST, ALONGSIDE_HTTP_PORT and ALONGSIDE_SPANS_MAX."""

    model_config = SettingsConfigDict(env_prefix="ALONGSIDE_", frozen=True)

    database_url: SecretStr = Field(description="postgresql://role:password@host:port/database")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=4318, ge=1, le=65535)
    spans_max: int = Field(default=200_000, ge=1, description="the oldest spans beyond this many are deleted")
