"""Names that a definition takes from around it, by Python's own rules of scope."""

from __future__ import annotations

import ast
import symtable


def free_names(definition: ast.stmt) -> frozenset[str]:
    """Name what a function or class at module level looks up or binds outside itself, builtins too."""
    text = ast.unparse(ast.Module([definition], []))
    table = symtable.symtable(text, "<definition>", "exec")
    own = getattr(definition, "name", "")
    asked = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    return frozenset(asked.union(*map(outer_names, table.get_children())) - {own})


def outer_names(table: symtable.SymbolTable) -> set[str]:
    """Name what a scope, and those within it, have as globals."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return found.union(*map(outer_names, table.get_children()))
