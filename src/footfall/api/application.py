"""The whole application: it collects and answers queries."""

from __future__ import annotations

from fastapi import FastAPI

from footfall.api.building import Application, Routers, build_api, in_front
from footfall.api.events import routes as events
from footfall.api.events.surface import EVENTS
from footfall.api.installation import routes as installation
from footfall.api.installation.surface import INSTALLATION
from footfall.api.network import routes as network
from footfall.api.network.surface import NETWORK
from footfall.api.projects import routes as projects
from footfall.api.projects.surface import PROJECTS
from footfall.api.proxy import routes as proxy
from footfall.api.proxy.surface import PROXY
from footfall.api.session import routes as session
from footfall.api.session.surface import SESSION
from footfall.api.sharing import routes as sharing
from footfall.api.sharing.surface import SHARING
from footfall.api.sites import routes as sites
from footfall.api.sites.surface import SITES
from footfall.api.state import Collecting, Querying, State
from footfall.api.tokens import routes as tokens
from footfall.api.tokens.surface import TOKENS
from footfall.api.tracking import routes as tracking
from footfall.api.tracking.surface import TRACKING
from footfall.api.web import routes as web
from footfall.api.web.surface import WEB

READING: Routers = {
    EVENTS.name: events.router,
    WEB.name: web.router,
    TRACKING.name: tracking.router,
    NETWORK.name: network.router,
    PROXY.name: proxy.router,
    PROJECTS.name: projects.router,
    SHARING.name: sharing.router,
    TOKENS.name: tokens.router,
    INSTALLATION.name: installation.router,
    SESSION.name: session.router,
    SITES.name: sites.router,
}


def create_api(state: State) -> FastAPI:
    """The routes of all surfaces. A description of them needs no state: `State()` will do."""
    return build_api(state, READING)


def create_reader(collecting: Collecting, querying: Querying) -> Application:
    """Everything but the writing endpoints: nothing is sent to the spool of `collecting`."""
    return in_front(create_api(State(collecting, querying)), collecting, writes=False)


def create_application(collecting: Collecting, querying: Querying) -> Application:
    return in_front(create_api(State(collecting, querying)), collecting)
