# syntax=docker/dockerfile:1
# The dashboard, the tracker and the lists, then the wheel with all of them, then an image without compilers and npm.

FROM node:22-bookworm-slim AS assets
WORKDIR /build
COPY vendor vendor
COPY tracker tracker
COPY web web
COPY docs/openapi.json docs/openapi.json
RUN mkdir -p src/footfall && bash vendor/install.sh
RUN cd tracker && npm ci --silent && npm run --silent build
RUN cd web && npm ci --silent && npm run --silent build

FROM python:3.13-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/footfall
ENV PATH=/opt/footfall/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements requirements
RUN python -m venv /build/tools \
 && /build/tools/bin/pip install --require-hashes -r requirements/build.txt \
 && pip install --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY --from=assets /build/src/footfall/assets src/footfall/assets
RUN /build/tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && pip install --no-deps dist/footfall-*.whl

FROM python:3.13-slim-bookworm
COPY --from=build /opt/footfall /opt/footfall
COPY deploy/container/healthcheck.py /opt/footfall/healthcheck.py
# Any user may run it: of an unknown one (as on OpenShift) only the group, 0, is certain.
RUN mkdir /data && chown 10001:0 /data && chmod 0770 /data
ENV PATH=/opt/footfall/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    FOOTFALL_DATA=/data \
    FOOTFALL_HOST=0.0.0.0
USER 10001:0
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "/opt/footfall/healthcheck.py"]
ENTRYPOINT ["footfall"]
CMD ["serve"]
