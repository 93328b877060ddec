"""A checkout so small that it is installed in seconds, without a network: what it requires is a wheel beside it."""

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

# A build backend that installs the checkout, as setuptools would; it waits for as long as there is a file `wait`.
BACKEND = """
import pathlib, time, zipfile
def get_requires_for_build_editable(config_settings=None):
    return []
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    pathlib.Path("waiting").touch()
    while pathlib.Path("wait").exists():
        time.sleep(0.05)
    with zipfile.ZipFile(pathlib.Path(wheel_directory, "checkout-1-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("checkout.pth", str(pathlib.Path.cwd()))
        wheel.writestr("checkout-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: checkout\\nVersion: 1\\n")
        tag = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr("checkout-1.dist-info/WHEEL", tag)
        wheel.writestr("checkout-1.dist-info/RECORD", "checkout.pth,,\\ncheckout-1.dist-info/RECORD,,\\n")
    return "checkout-1-py3-none-any.whl"
"""
PYPROJECT = """[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "checkout"
version = "1"

[tool.linter]
strict = true
"""


@dataclass
class Checkout:
    """A folder that `tools/install.py` makes an environment for."""

    folder: Path

    @property
    def environment(self):
        return self.folder / ".venv"

    def start(self, *arguments, **options):
        """Start the installer."""
        command = [sys.executable, "-IS", "tools/install.py", *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
        )

    def install(self, *arguments):
        """Run the installer; returns its exit code and what it printed."""
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=300)
        return process.returncode, printed

    def call(self):
        """Call the program that the requirement brings, and return what it says."""
        return subprocess.run(
            [self.environment / "bin" / "say"], capture_output=True, text=True, check=True, cwd="/"
        ).stdout.strip()

    def require(self, word):
        """Lock another version of the requirement: one whose program says this word."""
        wheel = self.folder / "wheels" / word / "say-1-py3-none-any.whl"
        wheel.parent.mkdir(parents=True)
        files = {
            "say.py": f"def say():\n    print({word!r})\n",
            "say-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: say\nVersion: 1\n",
            "say-1.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "say-1.dist-info/entry_points.txt": "[console_scripts]\nsay = say:say\n",
        }
        record = [
            f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}"
            for name, text in files.items()
        ]
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
            archive.writestr("say-1.dist-info/RECORD", "\n".join([*record, "say-1.dist-info/RECORD,,", ""]))
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.folder / "requirements.txt").write_text(f"./{wheel.relative_to(self.folder)} --hash=sha256:{digest}\n")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A checkout with its environment, in a folder whose path holds spaces; its tests leave it whole."""
    checkout = Checkout(tmp_path_factory.mktemp("checkouts") / "a folder with spaces")
    (checkout.folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "install.py", checkout.folder / "tools")
    (checkout.folder / "backend.py").write_text(BACKEND)
    (checkout.folder / "pyproject.toml").write_text(PYPROJECT)
    checkout.require("hello")
    code, printed = checkout.install()
    assert code == 0, printed
    return checkout
