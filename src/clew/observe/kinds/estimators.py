"""scikit-learn, and the boosters: what they keep in C. Estimators themselves are plain instances but for caches."""

from __future__ import annotations

from clew.model.typed import Any
from clew.observe.atoms import ATOMS, digest_of
from clew.observe.digests import of_array, of_plain
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.instances import attributes_of
from clew.observe.kinds.plain import ORDER
from clew.observe.kinds.raw import attribute, class_digest

ESTIMATOR_CACHES = frozenset(
    {
        "_stop_words_id",
        "_warn_for_unused_params",
        "_repr_html_inner",
        "_n_feature_outs",
        "_doc_link_module",
        "_doc_link_template",
    }
)
MODEL_CACHES = frozenset(
    {"_cache", "_data_attr", "_data_in_cache", "_wexog_x_wendog", "_use_t", "_df_model", "_df_resid", "_nobs_int", "_attach_attrs",
     "_results_cache", "diagn"}
)  # fmt: skip


def estimator_state(estimator: Any) -> dict[str, Any]:
    """Return an estimator's parameters and what it learned, without what it stores when asked to predict."""
    return {name: held for name, held in attributes_of(estimator).items() if name not in ESTIMATOR_CACHES}


def estimator_reach(estimator: Any) -> Reach:
    """Lead to an estimator's parameters and to what it learned, by attribute."""
    return _reach(estimator_state(estimator))


def estimator_digest(estimator: Any) -> Digest:
    """Digest an estimator by attribute."""
    return _digest(estimator, estimator_state(estimator))


def model_state(model: Any) -> dict[str, Any]:
    """Return the attributes of a statsmodels model or result that are not worked out again on demand."""
    return {name: held for name, held in attributes_of(model).items() if name not in MODEL_CACHES}


def model_reach(model: Any) -> Reach:
    """Lead to a model's data and results, by attribute."""
    return _reach(model_state(model))


def model_digest(model: Any) -> Digest:
    """Digest a model or result by attribute."""
    return _digest(model, model_state(model))


def _reach(state: dict[str, Any]) -> Reach:
    return Reach((), {name: () if type(held) in ATOMS else (held,) for name, held in state.items()})


def _digest(x: Any, state: dict[str, Any]) -> Digest:
    parts = {name: digest_of([held]) for name, held in state.items()}
    return Digest(class_digest(x), parts | {ORDER: digest_of(state)})


def tree_digest(tree: Any) -> Digest:
    """Digest the nodes and values of a decision tree."""
    state = attribute(tree, "__getstate__")()
    return Digest(of_plain([state.get("node_count"), state.get("max_depth"), *map(of_array, _arrays(state))]))


def _arrays(state: dict[str, Any]) -> list[Any]:
    return [state[name] for name in ("nodes", "values") if name in state]


def no_reach(_: Any) -> Reach:
    """Lead nowhere."""
    return Reach()


def constant(x: Any) -> Digest:
    """Digest what does not change once it is made, such as a loss or a search tree, by its class."""
    return Digest(class_digest(x))


def booster_digest(_: Any) -> Opaque:
    """Refuse: the model is in C++, and writing it out to see it takes as long as training it."""
    return Opaque("a booster, whose model is in C++")


CONSTANTS = (
    "_cyutility._memoryviewslice",
    "_cyutility.memoryview",
    "_loss.CyLossFunction",
    "sklearn._loss._loss.CyLossFunction",
    "sklearn.linear_model._sgd_fast.LossFunction",
    "sklearn.linear_model._sgd_fast.Loss",
    "sklearn.metrics._dist_metrics.DistanceMetric",
    "sklearn.metrics._dist_metrics.DistanceMetric64",
    "sklearn.metrics._dist_metrics.DistanceMetric32",
    "sklearn.neighbors._dist_metrics.DistanceMetric",
    "sklearn.neighbors._ball_tree.BinaryTree",
    "sklearn.neighbors._ball_tree.BinaryTree64",
    "sklearn.neighbors._ball_tree.BinaryTree32",
    "sklearn.neighbors._kd_tree.BinaryTree",
    "sklearn.neighbors._kd_tree.BinaryTree64",
    "sklearn.neighbors._kd_tree.BinaryTree32",
    "sklearn.neighbors._quad_tree._QuadTree",
    "sklearn.tree._criterion.Criterion",
    "sklearn.tree._splitter.Splitter",
    "sklearn.tree._splitter.BaseSplitter",
    "scipy.spatial._ckdtree.cKDTree",
    "scipy.spatial.ckdtree.cKDTree",
    "scipy.spatial.qhull._QhullUser",
    "scipy.spatial._qhull._QhullUser",
)

KINDS = (
    Kind("estimator", ("sklearn.base.BaseEstimator",), estimator_reach, estimator_digest, ESTIMATOR_CACHES),
    Kind("statistical model",
         ("statsmodels.base.model.Model", "statsmodels.base.model.Results", "statsmodels.base.wrapper.ResultsWrapper"),
         model_reach, model_digest, MODEL_CACHES),
    Kind("tree", ("sklearn.tree._tree.Tree",), no_reach, tree_digest),
    Kind("made once", CONSTANTS, no_reach, constant),
    Kind("booster", ("xgboost.core.Booster", "xgboost.core.DMatrix", "lightgbm.basic.Booster",
                     "lightgbm.basic.Dataset", "catboost.core._CatBoostBase"), no_reach, booster_digest),
)  # fmt: skip
