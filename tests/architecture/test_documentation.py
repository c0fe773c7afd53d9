"""What is generated from the code is as the code says now."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _generated() -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    files: dict[Path, str] = module.generated()
    return files


FILES = _generated()


@pytest.mark.parametrize("path", sorted(FILES), ids=lambda path: str(path.relative_to(ROOT)))
def test_generated_file_is_in_step(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path]
