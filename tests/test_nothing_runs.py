"""Files that a study reads are data: whatever they hold, nothing of it runs."""

from __future__ import annotations

import ast
import os
import pickle
import re
from pathlib import Path

import pytest
import torch

from paramscape.cli import main
from paramscape.jobs.checkpoint import Checkpoint
from paramscape.simulators.surrogates.lstm import LstmNetwork
from paramscape.simulators.surrogates.weights import load_network

MODULES = ("pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle")
CALLS = ("eval", "exec", "os.system", "os.popen", "pd.read_pickle", "yaml.full_load")
UNSAFE = (*CALLS, "yaml.unsafe_load", "yaml.load_all", "subprocess.getoutput")
READERS = {
    "weights": lambda path: load_network(path, LstmNetwork),
    "checkpoint": lambda path: Checkpoint(path, "identity").load(),
}


class Bomb:
    """Touches a file wherever it is unpickled."""

    def __init__(self, file: Path):
        self.file = file

    def __reduce__(self):
        return os.system, (f"touch {self.file}",)


@pytest.fixture(params=["saved by torch", "bare pickle"])
def bomb(request, tmp_path: Path) -> tuple[Path, Path]:
    """A file that runs a command in a reader that trusts it, and the file that this touches."""
    path, touched = tmp_path / "weights.pt", tmp_path / "touched"
    content = {"kind": "lstm", "weights": Bomb(touched)}
    if request.param == "bare pickle":
        path.write_bytes(pickle.dumps(content))
        pickle.loads(path.read_bytes())
    else:
        torch.save(content, path)
        torch.load(path, weights_only=False)
    assert touched.exists()
    touched.unlink()
    return path, touched


@pytest.mark.parametrize("reader", READERS)
def test_code_in_weights_and_checkpoints_does_not_run(bomb, reader) -> None:
    path, touched = bomb
    with pytest.raises(ValueError, match=r"this is not a .*; delete it") as refusal:
        READERS[reader](path)
    assert str(path) in str(refusal.value) and "weights_only" not in str(refusal.value)
    assert not touched.exists()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("content", [torch.zeros(3), {"state": torch.zeros(3)}, None])
def test_a_foreign_or_empty_file_is_named(tmp_path, reader, content) -> None:
    path = tmp_path / "weights.pt"
    path.touch()
    if content is not None:
        torch.save(content, path)
    with pytest.raises(ValueError, match=r"weights\.pt: this is not a .*; delete it"):
        READERS[reader](path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("seed: !!python/object/apply:os.system [touch TOUCHED]", "python/object/apply:os.system"),
        ("seed: !!python/name:os.system", "python/name:os.system"),
        ("__use_yte__: true\nseed: ?__import__('os').system('touch TOUCHED')", "__use_yte__"),
    ],
)
def test_code_in_settings_does_not_run(tmp_path, capsys, line, said) -> None:
    config, touched = tmp_path / "study.yaml", tmp_path / "touched"
    config.write_text(line.replace("TOUCHED", str(touched)))
    assert main(["check", str(config)]) == 1
    message = capsys.readouterr().err
    assert said in message and str(config) in message
    assert not touched.exists()


def sources(repository: Path) -> list[Path]:
    """All code of the project but its tests."""
    return [f for folder in ("src", "scripts", ".ci") for f in (repository / folder).rglob("*.py")]


def test_no_module_calls_what_runs_what_it_reads(repository: Path) -> None:
    files = sources(repository)
    assert len(files) > 200
    found = [f"{file}:{place}" for file in files for place in unsafe(ast.parse(file.read_text()))]
    assert found == []


def test_what_runs_what_it_reads_is_found() -> None:
    lines = (
        "import pickle",
        "from pickle import loads",
        "eval('1')",
        "os.system('ls')",
        "yaml.load(file)",
        "yaml.load(file, Loader=yaml.Loader)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run('ls', shell=True)",
    )
    assert [line for line in lines if not unsafe(ast.parse(line))] == []


def test_no_path_reaches_a_shell_unquoted(repository: Path) -> None:
    rules = [repository / "Snakefile", *(repository / "workflow/rules").glob("*.smk")]
    assert len(rules) > 10
    for file in rules:
        for command in re.findall(r"shell:\s*((?:\"[^\"]*\"\s*)+)", file.read_text()):
            names = re.findall(r"{([^}]*)}", command)
            assert all(name.endswith(":q") for name in names), f"{file}: {command}"


def unsafe(tree: ast.AST) -> list[str]:
    """Lines of a module that import or call what runs what it reads."""
    safe_loaders = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "yaml.SafeLoader" in map(ast.unparse, node.bases)
    }
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if imports_unsafe(node) or (isinstance(node, ast.Call) and runs(node, safe_loaders))
    ]


def imports_unsafe(node: ast.AST) -> bool:
    """Whether a module is imported that unpickles."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in MODULES
    return isinstance(node, ast.Import) and any(
        alias.name.split(".")[0] in MODULES for alias in node.names
    )


def runs(call: ast.Call, safe_loaders: set[str]) -> bool:
    """Whether a call may run what it is given."""
    name = ast.unparse(call.func)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if name == "yaml.load":
        return given.get("Loader") not in {"yaml.SafeLoader", *safe_loaders}
    if name == "torch.load":
        return given.get("weights_only") != "True"
    return name in UNSAFE or given.get("shell", "False") != "False" or "allow_pickle" in given
