"""Fitting changes an estimator, and asking it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.looking import Look, act

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")

ESTIMATORS = """
linear_model.LinearRegression() linear_model.LogisticRegression() linear_model.SGDClassifier() linear_model.LassoCV()
ensemble.RandomForestClassifier(3) ensemble.GradientBoostingClassifier(n_estimators=3)
ensemble.HistGradientBoostingClassifier(max_iter=3) ensemble.IsolationForest(n_estimators=3) tree.DecisionTreeClassifier()
svm.SVC() neighbors.KNeighborsClassifier(algorithm='kd_tree') neighbors.KNeighborsClassifier(algorithm='ball_tree')
naive_bayes.GaussianNB() cluster.KMeans(2,n_init=1) cluster.Birch() decomposition.PCA(2) decomposition.NMF(2)
preprocessing.StandardScaler() preprocessing.OneHotEncoder(handle_unknown='ignore') impute.KNNImputer()
pipeline.make_pipeline(preprocessing.StandardScaler(),linear_model.LogisticRegression())
compose.ColumnTransformer([('a',preprocessing.StandardScaler(),[0,1]),('b','passthrough',[2])])
model_selection.GridSearchCV(linear_model.Ridge(),{'alpha':[1,2]}) neural_network.MLPClassifier(max_iter=3)
gaussian_process.GaussianProcessRegressor() mixture.GaussianMixture(n_components=2)
ensemble.StackingClassifier([('a',linear_model.LogisticRegression()),('b',tree.DecisionTreeClassifier())])
""".split()
ASKED = ["predict", "transform", "predict_proba", "decision_function", "score_samples", "get_params", "__repr__"]


def data() -> tuple[Any, Any]:
    x = np.random.RandomState(0).rand(60, 4)
    return x, (x[:, 0] > 0.5).astype(int)


def made(code: str) -> Any:
    import importlib

    name = code.split(".")[0]
    names = {part: importlib.import_module(f"sklearn.{part}") for part in ("linear_model", "preprocessing", "tree")}
    return eval(code, names | {name: importlib.import_module(f"sklearn.{name}")})


@pytest.mark.parametrize("code", ESTIMATORS)
@pytest.mark.filterwarnings("ignore")
def test_fit_is_seen_and_questions_are_not(code: str) -> None:
    model, (features, target) = made(code), data()
    assert act(model, "x.fit(a, b)", a=features, b=target)
    assert not Look(model).opaque()
    for question in ASKED:
        ask = getattr(model, question, None)
        if ask is not None:
            arguments = () if question in ("get_params", "__repr__") else (features,)
            assert act(model, "ask(*arguments)", ask=ask, arguments=arguments) == set()


def test_a_step_of_a_pipeline_is_reached() -> None:
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    step = Ridge()
    assert act(make_pipeline(step), "step.alpha = 9", step=step) == {"<estimator>"}


def test_refitting_on_other_data_is_seen_in_the_trees() -> None:
    from sklearn.tree import DecisionTreeClassifier

    features, target = data()
    model = DecisionTreeClassifier().fit(features, target)
    assert "tree_" in act(model, "x.fit(a, b)", a=features, b=1 - target)
