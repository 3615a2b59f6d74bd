"""Assembles the directory: the only module that imports every part of it."""

from functools import partial
from typing import Final

from fastapi import FastAPI

from alongside_chassis.http import codes_router
from alongside_chassis.lifecycle import NotRebuilt
from alongside_chassis.service import Service, build_app, install_codes
from alongside_contracts import streams
from alongside_directory.api import announcements, hsds, imports, sources
from alongside_directory.finding.indexing import index_others
from alongside_directory.handlers import handlers
from alongside_directory.importing import Importer, import_directories
from alongside_directory.policy import read_directory_policies
from alongside_directory.settings import Settings

UPLOADS: Final = {"/directory/imports": None}
"""A package is read piece by piece, and its route limits it."""
TAGS: Final = {
    "directory": "Imports of directories, their sources, and announcing what is listed.",
    "directory (HSDS 3.0)": "The directory as published, in the terms of HSDS 3.0.",
}


def build(settings: Settings) -> FastAPI:
    """Return the service as an ASGI application. Raises DirectoryPolicyError."""
    return build_app(service(settings))


def service(settings: Settings) -> Service:
    """Return the definition of the directory for the chassis: it hears nothing of people, so that its reads may be public."""
    codes = install_codes(settings)
    regions = read_directory_policies(settings.directory_policy_file)
    return Service(
        name=streams.DIRECTORY,
        title="Alongside directory",
        description="Imports publishers' directories, decides what is listed, and shows it as HSDS 3.0.",
        tags=TAGS,
        settings=settings,
        handlers=handlers(),
        hears=(),
        uploads=UPLOADS,
        routers=(
            imports.router(regions.keys(), settings.directory_bytes_max),
            sources.router(),
            announcements.router(),
            codes_router(codes),
        ),
        public_routers=(hsds.router(settings.directory_public_url.rstrip("/")),),
        projection=NotRebuilt(
            "The directory hears nothing: packages come over HTTP.",
            remedy="Restore its database from the last backup, and import the packages that came after it again.",
        ),
        workers=(
            partial(import_directories, importer=Importer(regions, settings)),
            partial(index_others, regions=regions),
        ),
    )
