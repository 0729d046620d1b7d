# Soft Label Lab: docs/hosting/docker.md. With CUDA: docker build --build-arg TORCH=cuda --tag softlabel .
FROM debian:12-slim AS ground
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 tini \
    && rm -rf /var/lib/apt/lists/*

FROM ground AS made
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/softlabel
RUN python3 -m venv .venv
COPY requirements.txt requirements-postgres.txt ./
COPY deploy/install.py deploy/
ARG TORCH=cpu
ENV PIP_NO_CACHE_DIR=1
RUN .venv/bin/python deploy/install.py requirements-postgres.txt
COPY . .
RUN .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q app.py pages softlabel_core ui

FROM ground
# A number, so that orchestrators see that it is not root.
RUN useradd --uid 1000 --create-home softlabel \
    && install --directory --owner softlabel --group softlabel /var/lib/softlabel
WORKDIR /opt/softlabel
COPY --from=made /opt/softlabel .
ENV PATH=/opt/softlabel/.venv/bin:$PATH \
    SOFTLABEL_STATE=/var/lib/softlabel/state \
    SOFTLABEL_DATA=/var/lib/softlabel/data \
    SOFTLABEL_DATASETS=present \
    SOFTLABEL_PRIORITY=idle \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501
USER 1000
VOLUME /var/lib/softlabel
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "deploy/healthy.py"]
ENTRYPOINT ["tini", "--"]
CMD ["streamlit", "run", "app.py"]
