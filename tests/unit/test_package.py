"""The package as people outside the book get it: a wheel with few requirements."""

import os
import subprocess
import sys
import zipfile
from pathlib import PurePath

import pytest
from matplotlib.testing.compare import compare_images

import lstm_utils
from book_tools.chapters import ROOT
from book_tools.wheel import build_wheel, lowest_versions, readme_blocks

# Imports fail as where these were never installed.
WITHOUT_EXTRAS = "import sys\nsys.modules.update(dict.fromkeys({absent!r}))\n"
RUN_GRID = "import lstm_utils as u\nu.run_grid(dict, [{'a': 1}], 't', metrics=['b'])"
DIGITS = "from lstm_utils.tasks import digit_rows\ndigit_rows('test')"
TABLE = "from lstm_utils import read_table\nprint(len(read_table('writing.csv')))"
SETUP = "from lstm_utils import setup\nsetup(seed=1)\nprint(2)"
EXTRAS = {"joblib", "matplotlib", "pandas", "sklearn", "tqdm"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def run_installed(wheel, tmp_path_factory):
    """Return a function that runs code where the wheel is installed, extras or not."""
    site = tmp_path_factory.mktemp("site")
    pip = ("-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target")
    subprocess.run([sys.executable, *pip, site, wheel], check=True)

    def run(code, absent=()):
        text = WITHOUT_EXTRAS.format(absent=set(absent))
        (site / "sitecustomize.py").write_text(text)
        env = os.environ | {"PYTHONPATH": str(site), "MPLBACKEND": "agg"}
        options = {"cwd": site, "env": env, "capture_output": True, "text": True}
        done = subprocess.run([sys.executable, "-c", code], check=False, **options)
        return done.stdout + done.stderr if done.returncode else done.stdout

    return run


@pytest.mark.slow
def test_the_readme_runs_from_the_wheel_with_no_extra(run_installed):
    where = "\nimport lstm_utils\nprint(lstm_utils.__file__, gradients.shape)"
    said = run_installed(readme_blocks()[0] + where, absent=EXTRAS)
    assert "site" in said
    assert str(ROOT) not in said
    assert said.endswith("(12, 30)\n")


@pytest.mark.slow
def test_the_wheel_has_tables_and_diagrams_and_none_of_the_tests(wheel):
    names = [*map(PurePath, zipfile.ZipFile(wheel).namelist())]
    tables = (ROOT / "experiments" / "results").glob("*.csv")
    held = sorted(name.name for name in names if name.suffix == ".csv")
    assert held == sorted(table.name for table in tables)
    packages = {name.parts[0] for name in names}
    assert packages == {"lstm_utils", f"lstm_utils-{lstm_utils.__version__}.dist-info"}


@pytest.mark.slow
def test_a_table_is_found_in_the_wheel_and_setup_needs_no_extra(run_installed):
    assert int(run_installed(TABLE)) > 0
    assert run_installed(SETUP, absent=EXTRAS) == "2\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "absent", "extra"),
    [
        ("import lstm_utils.plots", "matplotlib", "plots"),
        (DIGITS, "sklearn", "data"),
        (TABLE, "pandas", "sweeps"),
        (RUN_GRID, "joblib", "sweeps"),
    ],
)
def test_a_door_that_needs_an_extra_names_it(run_installed, code, absent, extra):
    last = run_installed(code, absent={absent}).splitlines()[-1]
    assert f"lstm-utils[{extra}]" in last
    assert absent in last


@pytest.mark.slow
def test_the_picture_in_the_readme_is_what_its_code_draws(run_installed, tmp_path):
    drawn = tmp_path / "gradient-map.png"
    style = "from lstm_utils.plots import use_book_style\n\nuse_book_style()"
    save = f"axes[0].figure.savefig({str(drawn)!r}, metadata={{'Software': None}})"
    told = "print(gradients[-1, -1] > 1e5 * gradients[0, -1], gradients.argmax())"
    said = run_installed("\n".join([style, *readme_blocks(), save, told]))
    assert compare_images(ROOT / "_static" / "gradient-map.png", drawn, tol=2) is None
    assert said == f"True {12 * 30 - 1}\n"  # bright above dark, as its words say


def test_every_name_that_the_readme_lists_is_at_the_front_door():
    text = (ROOT / "lstm_utils" / "README.md").read_text("utf-8")
    table = [line for line in text.splitlines() if line.startswith("- `")]
    listed = {name for line in table for name in line.split(":")[0].split("`")[1::2]}
    others = {"Vocabulary", "read_table", "setup", "shift_right", "versions"}
    assert listed | others == set(lstm_utils._HOMES)


def test_lower_bounds_become_pins():
    pins = lowest_versions()
    assert "keras==3.12.*" in pins
    assert any(pin.startswith("tensorflow-cpu==2.18.*;") for pin in pins)
    assert not any(">" in pin.partition(";")[0] for pin in pins)


def test_the_front_door_names_what_it_lacks():
    with pytest.raises(AttributeError, match="'lstm_utils' has no attribute 'lstm'"):
        lstm_utils.lstm  # noqa: B018
    assert set(lstm_utils._HOMES) <= set(dir(lstm_utils))
