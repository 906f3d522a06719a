"""The house: what may import what, what every room says of itself, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.homes import published_bytes
from warehouse.home import Home

ROOT = Path(__file__).parents[2]
ROOMS = ("pipelines", "assets", "expectations", "warehouse")
MODULES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
MAY_IMPORT = {
    "pipelines": {"pipelines", "assets", "expectations", "warehouse"},
    "assets": {"assets", "expectations", "warehouse"},
    "expectations": {"expectations"},
    "warehouse": {"warehouse"},
}
GREAT_EXPECTATIONS = {"gx_counts.py", "gx_engine.py", "gx_pages.py"}
LONGEST = 360


def imported(path: Path, *, anywhere: bool = True) -> set[str]:
    """The top-level packages a module imports; without those inside functions where not `anywhere`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if anywhere else iter(tree.body)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert imported(path) & set(ROOMS) <= MAY_IMPORT[room]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.relative_to(ROOT).parts[0] != "pipelines"], ids=named
)
def test_only_pipelines_knows_dagster(path: Path) -> None:
    assert "dagster" not in imported(path)


SYNTHETIC = [path for path in MODULES if path.relative_to(ROOT).parts[:2] == ("assets", "synthetic")]


@pytest.mark.parametrize("path", SYNTHETIC, ids=named)
def test_the_partnership_that_does_not_exist_knows_nothing_of_the_product(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    ours = {name for name in modules if name.split(".")[0] in ROOMS}
    assert {name for name in ours if not name.startswith("assets.synthetic")} == set()
    # Nor does it open the product's data by name.
    opened = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not {text for text in opened if text.split(".")[0] in ROOMS and not text.startswith("assets.synthetic")}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_great_expectations_is_loaded_where_it_is_needed_and_not_before(path: Path) -> None:
    if path.name not in GREAT_EXPECTATIONS:
        assert "great_expectations" not in imported(path, anywhere=False)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_belongs_in_it_and_what_does_not(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        assert path.name == "__init__.py"
        return
    docstring = ast.get_docstring(ast.parse(text)) or ""
    assert docstring
    small = path.name == "__init__.py" or len(text.splitlines()) < 60
    assert small or re.search(r"\b[Nn]ot here\b|\bNothing\b|\bNo \b|knows nothing", docstring), docstring


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_what_is_public_is_described(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.split("\0") if name]
    return [
        path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts and "var" not in path.parts
    ]


def test_no_file_names_a_package_registry_or_a_place_on_a_machine() -> None:
    # Put together here, so that this file does not hold what it looks for.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js.org", "deb." + "debian.org"]
    places = ["/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/t" + "mp/"]
    found = []
    for path in tracked():
        if not path.is_file() or path.suffix in (".png", ".xlsx", ".parquet"):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [(named(path), word) for word in (*hosts, *places) if word in text]
    assert found == []


def test_the_top_level_is_the_one_that_was_agreed() -> None:
    needed = {"pyproject.toml", "pipelines", "assets", "expectations", "warehouse", "tests", "workspace.yaml"}
    beside = {"README.md", "CHANGELOG.md", "LICENSE", "Makefile", "docs", ".ci", ".gitignore"}
    locks = {"requirements.lock", "requirements-dev.lock", "requirements-build.in"}
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert needed <= found
    assert found <= needed | beside | locks


def test_every_dependency_has_a_pin_and_a_hash() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for dependency in declared:
        name = re.split(r"[<>=\[]", dependency)[0].strip().lower()
        assert re.search(rf"^{re.escape(name)}==\S+.*\\\n +--hash=sha256:", lock, re.MULTILINE), name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_everything_but_the_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    ours = {named(path) for path in tracked() if named(path).split("/")[0] in ROOMS}
    assert ours <= carried
    assert not {name for name in carried if name.startswith("tests/")}


@pytest.mark.slow
def test_the_product_runs_from_its_wheel_to_the_same_bytes(
    wheel: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import pipelines.cli, assets; "
        f"assert assets.__file__.startswith({str(tmp_path)!r}); sys.exit(pipelines.cli.main())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "example", "--returns", "--home", str(tmp_path / "home")],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    # Asked for only now: by this time another worker has run it.
    here, _ = request.getfixturevalue("example")
    ours, theirs = (
        {name: found for name, found in published_bytes(home).items() if name.endswith((".parquet", ".html", ".xlsx"))}
        for home in (here, Home(tmp_path / "home"))
    )
    assert "current" in {name.split("/")[0] for name in published_bytes(here)}
    assert ours
    assert ours == theirs
