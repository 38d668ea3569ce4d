"""What a fingerprint of torch objects sees, and what it does not."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import pytest

from tests.looking import Look, act

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")


@dataclass(frozen=True)
class Case:
    name: str
    make: str
    code: str
    changes: frozenset[str] = frozenset()


def case(name: str, make: str, code: str, *changes: str) -> Case:
    return Case(name, make, code, frozenset(changes))


NET = "torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2), torch.nn.Dropout())"
CASES = [
    case("an element set", "torch.zeros(3)", "x[0] = 1", "whole"),
    case("added to in place", "torch.zeros(3)", "x.add_(1)", "whole"),
    case("written through .data", "torch.zeros(3)", "x.data[0] = 1", "whole"),
    case("written through NumPy", "torch.zeros(3)", "x.numpy()[0] = 1", "whole"),
    case("written through a view", "torch.zeros(4)", "x.view(2, 2)[0, 0] = 1", "whole"),
    case("a view: it and its base", "torch.zeros(4)[2:]", "x[0] = 1", "whole", "<tensor>"),
    case("transposed", "torch.zeros(2, 3).T", "x[0, 0] = 1", "whole", "<tensor>"),
    case("zeros set to zero", "torch.zeros(3)", "x.zero_()"),
    case("asks for a gradient", "torch.zeros(3)", "x.requires_grad_()", "whole"),
    case("has a gradient", "torch.ones(3, requires_grad=True)", "x.sum().backward()", "grad"),
    case("a backward pass changes the leaves", "(torch.ones(3, requires_grad=True) * 2).sum()", "x.backward()", "<tensor>"),
    case("half precision", "torch.zeros(3, dtype=torch.bfloat16)", "x[0] = 1", "whole"),
    case("sparse", "torch.eye(3).to_sparse()", "x.mul_(2)", "whole"),
    case("read", "torch.rand(3, 3)", "x.sum(); x @ x; repr(x); x.tolist(); x.T; x.mean(0); x.detach(); x.clone(); x > 0"),
    case("a forward pass without training", NET + ".eval()", "x(torch.ones(2, 3))"),
    case("a forward pass in training", NET, "x(torch.ones(2, 3))", "<tensor>"),
    case("training switched off", NET, "x.eval()", "training", "<module>"),
    case("a weight filled", NET, "torch.nn.init.ones_(x[0].weight)", "<tensor>"),
    case("a module replaced", NET, "x[2] = torch.nn.ReLU()", "2", "*"),
    case("an attribute set", NET, "x.mine = 5", "mine", "*"),
    case("a hook", NET, "x.register_forward_hook(lambda *a: None)", "_forward_hooks", "*"),
    case("a module looked at", NET, "repr(x); x.state_dict(); list(x.parameters()); sum(p.numel() for p in x.parameters())"),
    case("a recurrent module runs", "torch.nn.LSTM(3, 2)", "x(torch.ones(4, 1, 3))"),
    case("a generator draws", "torch.Generator()", "torch.rand(2, generator=x)", "whole"),
    case("a generator looked at", "torch.Generator()", "x.get_state(); x.initial_seed()"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_tensors(case: Case) -> None:
    x = eval(case.make)
    found = act(x, case.code, torch=torch)
    # Modules keep the order of what they hold in a part of their own.
    assert found - {"*"} == case.changes - {"*"}


def test_an_optimizer_step_changes_parameters_and_what_it_remembers() -> None:
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 3)).sum().backward()
    assert act((model, optimizer), "x[1].step()") >= {"<tensor>", "<dict>"}
    assert act(model, "optimizer.step()", optimizer=optimizer) == {"<tensor>"}
    assert act(optimizer, "x.zero_grad()") == {"<tensor>"}
    assert act(optimizer, "repr(x); x.state_dict()") == set()
    assert act(optimizer, "x.param_groups[0]['lr'] = 1.0") == {"<dict>"}


def test_aliases_share_a_key() -> None:
    x = torch.zeros(4, requires_grad=True)
    for alias in (x[1:], x.data, x.detach(), x.view(2, 2), x.detach().numpy()):
        assert Look(alias).keys & Look(x).keys
    assert not Look(x.detach().clone()).keys & Look(x).keys


def test_an_array_and_the_tensor_made_of_it_share_a_key() -> None:
    x = np.zeros(4)
    assert Look(torch.from_numpy(x)).keys & Look(x).keys
    assert Look(torch.from_numpy(x)[1:]).keys & Look(x).keys
    assert not Look(torch.zeros(0)).keys & Look(torch.zeros(0)).keys


def test_looking_warns_of_nothing() -> None:
    x = torch.ones(3, requires_grad=True) * 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Look(x)


def test_a_tensor_made_for_inference() -> None:
    with torch.inference_mode():
        x = torch.zeros(3)
        assert act(x, "x[0] = 1") == {"whole"}


def test_a_subclass_of_the_users_runs_no_code() -> None:
    class Tripwire(torch.Tensor):  # type: ignore[misc, name-defined]  # torch may be without types
        @classmethod
        def __torch_function__(cls, *args: Any, **named: Any) -> Any:
            if armed:
                raise AssertionError(args)
            return super().__torch_function__(*args, **named)

    armed = False
    x = torch.zeros(3).as_subclass(Tripwire)
    armed = True
    Look(x)
