"""What an administrator copies is right: commands and settings exist, ports and addresses agree, nothing is left open.

What needs a program of the system (nginx, Caddy, systemd) is checked by it where it is installed.
"""

import importlib.metadata
import ipaddress
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from simulator import Make

from contests import cli
from contests.settings import PREFIX, Settings, load
from contests.web.app import create_app

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = ("web-a", "web-b", "worker", "migrate")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
FINAL = DOCKERFILE.rpartition("\nFROM ")[2]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)}
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
CADDY = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
PORTS = (8001, 8002)  # of the two web processes that systemd starts


def variables(path: Path) -> dict[str, str]:
    """Return what a file of variables sets, quotes taken off."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {name: "".join(shlex.split(value)) for name, value in (line.split("=", 1) for line in lines)}


EXAMPLE = variables(DEPLOY / "example.env")


def filled(value: str, given: dict[str, str]) -> str:
    """Return a value of compose.yaml with its variables put in; KeyError for a needed one that is not given."""

    def one(found: re.Match[str]) -> str:
        name, form, rest = found.groups()
        return given.get(name) or rest if form == ":-" else given[name]

    return re.sub(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", one, value)


def command(service: str) -> Any:
    """Return a service's command as the program reads it."""
    return cli.parser().parse_args(SERVICES[service]["command"])


def unit(name: str) -> dict[str, list[str]]:
    """Return a unit's lines by name; comments left out."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text(encoding="utf-8").splitlines():
        key, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


# --- compose ----------------------------------------------------------------------------------------------------------


def test_the_services_run_commands_that_exist() -> None:
    assert {name: command(name).command for name in OWN} == {
        "web-a": "serve", "web-b": "serve", "worker": "worker", "migrate": "migrate"
    }  # fmt: skip
    assert command("web-a").no_worker
    assert command("web-b").no_worker


def test_what_the_services_are_given_are_settings_that_the_program_accepts() -> None:
    given = EXAMPLE | {"DATABASE_PASSWORD": "0123abcd"}
    for name in OWN:
        assert SERVICES[name]["env_file"] == [".env"]
        own = {key: filled(value, given) for key, value in SERVICES[name]["environment"].items()}
        settings = load(given | own)
        assert settings.url == f"https://{EXAMPLE['SITE']}"
        assert settings.database == "postgresql://contests:0123abcd@database/contests"
        assert settings.host == "0.0.0.0"  # noqa: S104 - inside a container
    assert {name for name in EXAMPLE if name.startswith(PREFIX)} <= KNOWN


def test_the_example_holds_no_password_and_a_missing_one_stops_everything() -> None:
    assert EXAMPLE["DATABASE_PASSWORD"] == EXAMPLE["CONTESTS_VAULT"] == ""
    address = SERVICES["web-a"]["environment"]["CONTESTS_DATABASE"]
    assert "${DATABASE_PASSWORD:?" in address
    assert "${SITE:?" in SERVICES["web-a"]["environment"]["CONTESTS_URL"]


def test_every_variable_of_compose_is_told_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert used <= set(EXAMPLE)
    assert {name for name in EXAMPLE if not name.startswith(PREFIX)} == used


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert not service.get("privileged")
    assert name == "proxy" or service["user"] not in {"root", "0"}
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "10"}


def test_only_the_proxy_is_open_and_the_database_leads_nowhere() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["database"]["networks"] == SERVICES["migrate"]["networks"] == ["inner"]
    assert COMPOSE["networks"]["inner"]["internal"] is True
    assert list(SERVICES["proxy"]["networks"]) == ["outer"]


def test_the_proxy_alone_is_believed_and_its_address_is_given_to_nobody_else() -> None:
    (config,) = COMPOSE["networks"]["outer"]["ipam"]["config"]
    for given in (EXAMPLE, {}):
        address = filled(SERVICES["proxy"]["networks"]["outer"]["ipv4_address"], given)
        assert filled(SERVICES["web-a"]["environment"]["CONTESTS_FORWARDED_FROM"], given) == address
        assert ipaddress.ip_address(address) in ipaddress.ip_network(filled(config["subnet"], given))
        assert ipaddress.ip_address(address) not in ipaddress.ip_network(filled(config["ip_range"], given))


def test_a_proxy_sends_the_promise_of_https_once() -> None:
    """Both proxies pass on what the application sends: without this a browser got it twice."""
    assert "header >Strict-Transport-Security" in (ROOT / "deploy" / "Caddyfile").read_text()
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    assert nginx.count("add_header Strict-Transport-Security") == nginx.count(
        "proxy_hide_header Strict-Transport-Security"
    )


def test_where_nginx_keeps_what_it_caches_is_made() -> None:
    """Debian's nginx has no such folder, and does not start without."""
    (place,) = re.findall(r"proxy_cache_path (/\S+)/contests ", (DEPLOY / "nginx.conf").read_text())
    assert f"d {place} 0755 root root" in (DEPLOY / "systemd" / "contests.tmpfiles").read_text()


def test_folders_that_a_small_debian_lacks_are_made() -> None:
    page = (ROOT / "docs" / "howto" / "run.md").read_text()
    for folder in ("/etc/sysusers.d", "/etc/tmpfiles.d"):
        (line,) = [line for line in page.splitlines() if f" {folder}/contests.conf" in line]
        assert line.split()[:2] == ["install", "-D"]


def test_the_parts_start_in_order_and_have_time_to_stop() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web-a", "web-b", "worker"):
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert SERVICES[name]["stop_grace_period"] in {"30s", "2m"}
    assert SERVICES["database"]["healthcheck"]["test"][1] == "pg_isready"


def test_the_database_is_the_release_that_the_guide_names() -> None:
    assert SERVICES["database"]["image"].startswith("postgres:18")
    # From 18 on the image keeps its data one folder higher.
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/postgresql"]


def test_the_proxy_hears_that_a_process_stops_before_it_takes_no_more_requests() -> None:
    interval, timeout = (int(re.findall(rf"health_{name} (\d+)s", CADDY)[0]) for name in ("interval", "timeout"))
    unit = (DEPLOY / "systemd/contests-web@.service").read_text(encoding="utf-8")
    (beside,) = re.findall(r"^Environment=CONTESTS_DRAIN=(\d+)$", unit, re.MULTILINE)
    (until,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    for drain, patience in [(beside, until)] + [
        (SERVICES[name]["environment"]["CONTESTS_DRAIN"], SERVICES[name]["stop_grace_period"].rstrip("s"))
        for name in ("web-a", "web-b")
    ]:
        assert interval + timeout <= int(drain)
        assert int(drain) + cli.GRACE + 5 <= int(patience), "and the requests under way still end"


def test_the_health_checks_ask_what_the_application_answers(simulate: Make) -> None:
    simulator = simulate()
    paths = {route.path for route in create_app(simulator.house, Settings()).routes}
    for name in ("web-a", "web-b"):
        (asked,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", " ".join(SERVICES[name]["healthcheck"]["test"]))
        assert asked[0] == str(command(name).port)
        assert asked[1] in paths
    (uri,) = re.findall(r"health_uri (\S+)", CADDY)
    assert uri in paths


# --- image ------------------------------------------------------------------------------------------------------------


def test_the_image_runs_as_the_user_of_compose_and_starts_the_program() -> None:
    assert re.findall(r"^USER (\S+)$", FINAL, re.MULTILINE) == ["10001:10001"]
    assert {SERVICES[name]["user"] for name in OWN} == {"10001:10001"}
    assert 'ENTRYPOINT ["contests"]' in FINAL
    (default,) = re.findall(r"^CMD \[(.*)\]$", FINAL, re.MULTILINE)
    assert cli.parser().parse_args(re.findall(r'"([^"]+)"', default)).command == "serve"
    (port,) = re.findall(r"^EXPOSE (\d+)$", FINAL, re.MULTILINE)
    assert int(port) == command("web-a").port == Settings().port


def test_the_image_is_made_of_the_lock_files_and_compiles_nothing() -> None:
    installs = re.findall(r"pip install [^&\n]*", DOCKERFILE)
    assert [install for install in installs if "--require-hashes --only-binary :all:" in install] == installs[:1]
    assert all("--no-deps --no-index" in install for install in installs[1:])
    assert "npm ci --ignore-scripts" in DOCKERFILE
    assert not re.search(r"apt|gcc|build-essential|npm install", DOCKERFILE)
    assert not re.search(r"^RUN .*pip|^COPY (?!--from=build)", FINAL, re.MULTILINE)


def needed(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of what a package needs here, itself and what that needs included."""
    found: set[str] = set()
    ahead = [(canonicalize_name(name), extras)]
    while ahead:
        own, wanted = ahead.pop()
        if own in found:
            continue
        found.add(own)
        for text in importlib.metadata.requires(own) or []:
            requirement = Requirement(text)
            if any(requirement.marker is None or requirement.marker.evaluate({"extra": e}) for e in (*wanted, "")):
                ahead.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return found


def test_what_built_the_image_is_gone_from_it_and_what_runs_stays() -> None:
    removed = {
        canonicalize_name(name)
        for names in re.findall(r"pip uninstall --quiet --yes ([^&\n]*)", DOCKERFILE)
        for name in names.split()
    }
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements" / "run.txt").read_text(), re.MULTILINE))
    runs = needed("contests")
    assert removed - {"pip", "setuptools"} == {canonicalize_name(name) for name in locked} - runs


def test_no_secret_and_no_database_reaches_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert not sent & {".env", ".git", "var", "deploy", "."}
    assert all((ROOT / name).exists() for name in sent)
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


# --- proxies ----------------------------------------------------------------------------------------------------------


def test_the_proxies_lead_to_the_ports_that_are_listened_on() -> None:
    (upstreams,) = re.findall(r"\{\$WEB:([^}]*)\}", CADDY)
    assert upstreams.split() == [f"{name}:{command(name).port}" for name in ("web-a", "web-b")]
    assert re.findall(r"server 127\.0\.0\.1:(\d+)", NGINX) == [str(port) for port in PORTS]
    guide = (ROOT / "docs" / "howto" / "run.md").read_text(encoding="utf-8")
    assert all(f"contests-web@{port}" in guide for port in PORTS)


def test_the_proxies_let_the_largest_upload_through_and_hide_the_metrics() -> None:
    from contests.sources.social_json import LARGEST_FOLLOWERS
    from contests.web.pages.comments import UPLOAD

    largest = max(LARGEST_FOLLOWERS, UPLOAD)
    (caddy,) = re.findall(r"max_size (\d+)MB", CADDY)
    assert int(caddy) * 1_000_000 > largest or int(caddy) * 1024 * 1024 > largest
    assert max(int(size) for size in re.findall(r"client_max_body_size (\d+)m", NGINX)) * 1024 * 1024 > largest
    assert "respond /metrics 404" in CADDY
    assert "location = /metrics { return 404; }" in NGINX
    assert "access_log off;" in NGINX


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed")
def test_caddy_accepts_its_configuration(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - the system’s own
        ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],  # noqa: S607
        capture_output=True, text=True, check=False, env=os.environ | {"HOME": str(tmp_path), "SITE": "localhost"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def certificate(folder: Path) -> None:
    """Write a certificate of our own and its key."""
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost"
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(["openssl", *words.split(), *files], check=True, capture_output=True)  # noqa: S603, S607 - a test's own


@pytest.mark.skipif(not shutil.which("nginx") or not shutil.which("openssl"), reason="nginx is not installed")
def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    certificate(tmp_path)
    own = NGINX.replace("/etc/letsencrypt/live/jeux.example.org", str(tmp_path))
    own = own.replace("/var/cache/nginx/contests", str(tmp_path / "cache"))
    whole = f"error_log stderr;\npid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{own}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    done = subprocess.run(  # noqa: S603 - the system's own
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# --- systemd ----------------------------------------------------------------------------------------------------------

HARD = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "PrivateUsers": "yes", "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "yes",
    "RestrictNamespaces": "yes", "RestrictSUIDSGID": "yes", "SystemCallArchitectures": "native", "User": "contests",
    "UMask": "0077", "StateDirectory": "contests", "EnvironmentFile": "/etc/contests/contests.env",
}  # fmt: skip


@pytest.mark.parametrize("name", [path.name for path in UNITS])
def test_a_unit_is_hardened(name: str) -> None:
    lines = unit(name)
    assert {key: lines.get(key) for key in HARD} == {key: [value] for key, value in HARD.items()}
    assert lines["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]


def test_the_units_run_commands_that_exist() -> None:
    for name, wanted in (("contests-web@.service", "serve"), ("contests-worker.service", "worker")):
        (line,) = unit(name)["ExecStart"]
        program, *words = shlex.split(line.replace("%i", str(PORTS[0])))
        assert program == "/opt/contests/bin/contests"
        found = cli.parser().parse_args(words)
        assert found.command == wanted
        assert wanted != "serve" or (found.no_worker and found.port == PORTS[0] and found.host == "127.0.0.1")
    (line,) = unit("contests-backup.service")["ExecStart"]
    script, program, folder = shlex.split(line)
    assert script.removeprefix("/opt/contests/") == "deploy/backup.sh"
    assert unit("contests-backup.service")["ReadWritePaths"] == [folder]
    assert f"d {folder} 0700 contests contests" in (DEPLOY / "systemd" / "contests.tmpfiles").read_text()
    assert os.access(DEPLOY / "backup.sh", os.X_OK)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").glob("contests*.*r*"):
        # The programs of the guide are not installed here; that they exist is asked above.
        (tmp_path / path.name).write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", path.read_text()))
    names = ["contests-web@8001.service", "contests-worker.service", "contests-backup.service", "contests-backup.timer"]
    done = subprocess.run(  # noqa: S603 - systemd's own
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in names)],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "contests" not in done.stderr, done.stderr


# --- backups ----------------------------------------------------------------------------------------------------------


def backups(folder: Path, program: Path) -> subprocess.CompletedProcess[str]:
    """Run the script of the nightly backup."""
    return subprocess.run(  # noqa: S603 - our own script
        [str(DEPLOY / "backup.sh"), str(program), str(folder)],
        capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"], "KEEP_DAYS": "14"},
    )  # fmt: skip


def test_a_backup_is_private_and_old_ones_go_only_when_it_is_there(tmp_path: Path) -> None:
    program, folder = tmp_path / "contests", tmp_path / "kept"
    folder.mkdir()
    ages = {"contests-old.backup": 16, "contests-young.backup": 13, "other.backup": 99, "contests-cut.backup.part": 2}
    for name, days in ages.items():
        (folder / name).touch()
        os.utime(folder / name, (past := (folder / name).stat().st_mtime - days * 86400, past))
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert backups(folder, program).returncode == 1
    assert {path.name for path in folder.iterdir()} == set(ages)
    program.write_text('#!/bin/sh\n[ "$1" = backup ] && echo all >"$2"\n')
    assert backups(folder, program).returncode == 0
    left = {path.name: path for path in folder.iterdir()}
    (new,) = set(left) - set(ages)
    assert re.fullmatch(r"contests-\d{8}T\d{6}Z\.backup", new)
    assert left[new].stat().st_mode & 0o777 == 0o600
    assert set(left) == {new, "contests-young.backup", "other.backup"}
