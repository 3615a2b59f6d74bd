"""A service with public routes, as a separate process that can be stopped: `python -m …`; it hears no stream."""

import asyncio

from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.http import APIRouter, Read
from alongside_chassis.main import serve
from alongside_chassis.service import Service, build_app
from alongside_chassis.settings import Settings

SLOW_SECONDS = 0.8
public = APIRouter(prefix="/things", tags=["things"])
operators = APIRouter(prefix="/private", tags=["things"])


@public.get("")
async def list_things(reader: Read, page: int = 1) -> dict[str, int]:
    """Answer with what the database says."""
    return {"page": page, "things": await reader.conn.fetchval("select count(*) from seen")}


@public.get("/slow")
async def get_slow_thing(reader: Read) -> bool:
    """Answer late, from the database."""
    await asyncio.sleep(SLOW_SECONDS)
    return bool(await reader.conn.fetchval("select true"))


@public.post("")
async def read_things(things: list[str]) -> int:
    """Read a body."""
    return len(things)


@operators.get("")
async def get_private_thing() -> str:
    """Answer what is for operators."""
    return "private"


def service(settings: Settings) -> Service:
    """Return the definition of the service."""
    return Service(
        name="bare",
        title="Public",
        settings=settings,
        handlers=Handlers(),
        hears=(),
        routers=(operators,),
        public_routers=(public,),
    )


def main() -> None:
    """Serve until stopped."""
    settings = Settings()
    serve(build_app(service(settings)), settings)


if __name__ == "__main__":
    main()
