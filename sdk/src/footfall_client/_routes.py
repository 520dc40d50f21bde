"""The route of an ASGI request, from what Starlette, FastAPI and Litestar put into its scope."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from footfall_client._templates import braces, names

_LITESTAR = frozenset({"litestar_app", "path_template"})
_REST = "/{path}"  # the part that a mounted application handles


def template(scope: MutableMapping[str, Any], path: str) -> str | None:
    """The route's template with its prefixes; None where the router found none, `""` where there is no router.

    `path` is the path before any router changed it. Never raises: an unknown version of a framework gives None.
    """
    try:
        if not _LITESTAR.isdisjoint(scope):
            return _litestar(scope, path)
        if "app" not in scope and "router" not in scope:
            return ""
        return _starlette(scope, path)
    except Exception:  # noqa: BLE001 - duck typing over several versions of three frameworks
        return None


def _starlette(scope: MutableMapping[str, Any], path: str) -> str | None:
    route = scope.get("route")
    if route is None:
        # Nothing matched, or a middleware handed on a copy of the scope; older versions of Starlette never name it.
        found = _search(_app_routes(scope), _at_start(scope, path))
        return found and _received(scope, path).rstrip("/") + found
    context = scope.get("fastapi", {}).get("effective_route_context")
    # FastAPI's included routers keep their prefix apart from the route.
    if context is not None and (context.original_route is route or not hasattr(route, "path_format")):
        route = getattr(context, "starlette_route", None) or context
    own: str | None = getattr(route, "path_format", None)
    if own is None:
        return None
    if own.endswith(_REST) and not hasattr(route, "methods"):
        own = _REST  # the innermost match is a mount, whose path is already in root_path
    prefix = _prefix(scope, path)
    return _named(prefix, scope, own) + own if prefix else own


def _prefix(scope: MutableMapping[str, Any], path: str) -> str:
    """What precedes the inner router's paths: mounts, and the server's prefix where the path has it."""
    root: str = scope.get("root_path", "")
    if not root:
        return ""
    base: str = scope.get("app_root_path", root)
    mounted = root[len(base) :] if root.startswith(base) else ""
    return (_received(scope, path) + mounted).rstrip("/")


def _received(scope: MutableMapping[str, Any], path: str) -> str:
    """The server's prefix, or `""` where the path does not have it."""
    base: str = scope.get("app_root_path", scope.get("root_path", ""))
    return base if base and (path == base or path.startswith(base.rstrip("/") + "/")) else ""


def _named(prefix: str, scope: MutableMapping[str, Any], own: str) -> str:
    """The prefix with the values of its parameters replaced by their names, from the right."""
    inner = set(names(own))
    segments = prefix.split("/")
    for name, value in reversed(list(scope.get("path_params", {}).items())):
        if name not in inner and str(value) in segments:
            last = len(segments) - 1 - segments[::-1].index(str(value))
            segments[last] = "{" + name + "}"
    return "/".join(segments)


def _app_routes(scope: MutableMapping[str, Any]) -> Iterable[Any]:
    routes: Iterable[Any] = getattr(scope.get("router") or scope.get("app"), "routes", ())
    return routes


def _at_start(scope: MutableMapping[str, Any], path: str) -> dict[str, Any]:
    root = scope.get("app_root_path", scope.get("root_path", ""))
    return {**scope, "path": path, "root_path": root, "path_params": {}}


def _search(routes: Iterable[Any], scope: dict[str, Any]) -> str | None:
    """The first route that matches fully, else the first whose method differs."""
    partial = None
    for route in routes:
        match, child = route.matches(scope)
        if match.value:
            found = _below(route, {**scope, **child})
            if match.name == "FULL":
                return found
            partial = partial or found
    return partial


def _below(route: Any, scope: dict[str, Any]) -> str | None:
    if hasattr(route, "effective_route_contexts"):  # a router that FastAPI included
        contexts = route.effective_route_contexts()
        return _search([getattr(each, "starlette_route", None) or each for each in contexts], scope)
    own = braces(getattr(route, "path_format", None) or getattr(route, "path", ""))
    if hasattr(route, "methods") or not hasattr(route, "routes"):
        return own or None
    inner = _search(route.routes, scope)
    prefix = own.removesuffix(_REST)
    return prefix + (inner or _REST)


def _litestar(scope: MutableMapping[str, Any], path: str) -> str | None:
    found: str | None = scope.get("path_template")
    root: str = scope.get("root_path", "").rstrip("/")
    prefix = root if root and path.startswith(root + "/") else ""
    if found:
        return prefix + braces(found)
    handler = scope.get("route_handler")
    if handler is None:
        return None
    # Mounts have no template; in 2.12, routes without parameters have none either.
    own = path[len(prefix) :].rstrip("/") or "/"
    paths: Iterable[str] = getattr(handler, "paths", ())
    mounts = [at.rstrip("/") for at in paths if own.startswith(at.rstrip("/") + "/")]
    return prefix + own if own in paths else prefix + max(mounts, key=len) + _REST if mounts else None
