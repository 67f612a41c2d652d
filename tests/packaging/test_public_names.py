"""The public names are those in ``__all__``."""

import inspect
import types

import pytest

import chime_expiration
import chime_expiration.testing


@pytest.mark.parametrize("module", [chime_expiration, chime_expiration.testing])
def test_all_is_sorted_and_complete(module: types.ModuleType) -> None:
    # WHEN
    public = [
        name
        for name in dir(module)
        if not name.startswith("_") and not inspect.ismodule(getattr(module, name))
    ]

    # THEN
    assert module.__all__ == sorted(public)


@pytest.mark.parametrize("module", [chime_expiration, chime_expiration.testing])
def test_each_public_name_has_a_docstring(module: types.ModuleType) -> None:
    for name in module.__all__:
        assert inspect.getdoc(getattr(module, name)), name
