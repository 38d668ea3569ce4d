"""scikit-learn, torch and matplotlib: objects with much hidden state."""

from __future__ import annotations

from tests.programs.slices.case import Case

SK = ("sklearn",)
T = ("torch",)
M = ("matplotlib",)
DATA = "import numpy as np\nX = np.arange(12.0).reshape(6, 2)\ny = np.array([0, 0, 0, 1, 1, 1])\n"
# The tests set MPLBACKEND=agg.
PLT = "import matplotlib.pyplot as plt\n"

CASES = (
    Case("fit", DATA + "from sklearn.linear_model import LinearRegression\nm = LinearRegression()\nn = LinearRegression()\nm.fit(X, y)\nn.fit(X, y)\nr = m.coef_", "r", keeps=(1, 2, 3, 4, 5, 7, 9), needs=SK, quick=True),
    Case("fit under another name", DATA + "from sklearn.linear_model import LinearRegression\nm = LinearRegression()\nn = m\nz = 1\nn.fit(X, y)\nr = m.coef_", "r", keeps=(1, 2, 3, 4, 5, 6, 8, 9), needs=SK),
    Case("predict and score look", DATA + "from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit(X, y)\nm.predict(X)\nprint(m.score(X, y), m.get_params())\nr = m.predict(X)", "r", keeps=(1, 2, 3, 4, 5, 8), needs=SK),
    Case("fitted twice", DATA + "from sklearn.linear_model import LinearRegression\nm = LinearRegression()\nm.fit(X, y)\nm.fit(X * 2, y)\nr = m.coef_", "r", keeps=(1, 2, 3, 4, 5, 6, 7, 8), needs=SK, spare=(6,)),
    Case("partial_fit twice", DATA + "from sklearn.linear_model import SGDClassifier\nm = SGDClassifier(random_state=0)\nm.partial_fit(X, y, classes=[0, 1])\nz = 1\nm.partial_fit(X, y)\nr = m.coef_", "r", keeps=(1, 2, 3, 4, 5, 6, 8, 9), needs=SK),
    Case("a step of a pipeline", DATA + "from sklearn.linear_model import Ridge\nfrom sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\nsc = StandardScaler()\npipe = make_pipeline(sc, Ridge())\nz = 1\npipe.fit(X, y)\nr = sc.mean_", "r", keeps=(1, 2, 3, 4, 5, 6, 7, 8, 10, 11), needs=SK, quick=True),
    Case("set_params", DATA + "from sklearn.linear_model import Ridge\nm = Ridge()\nm.set_params(alpha=5.0)\nz = 1\nm.fit(X, y)\nr = m.coef_", "r", keeps=(1, 2, 3, 4, 5, 6, 8, 9), needs=SK),
    Case("fit_transform and transform", DATA + "from sklearn.preprocessing import StandardScaler\nsc = StandardScaler()\nXs = sc.fit_transform(X)\nsc.transform(X[:1])\nr = sc.transform(X)", "r", keeps=(1, 2, 4, 5, 6, 8), needs=SK),
    Case("a split with a seed", DATA + "from sklearn.model_selection import train_test_split\nA, B, a, b = train_test_split(X, y, random_state=0)\nC, D = train_test_split(X, random_state=1)\nr = A.sum()", "r", keeps=(1, 2, 3, 4, 5, 7), needs=SK),
    Case("a forest with the global generator", DATA + "from sklearn.ensemble import RandomForestClassifier\nnp.random.seed(0)\nm = RandomForestClassifier(n_estimators=3)\nz = 1\nm.fit(X, y)\nr = m.predict_proba(X)", "r", keeps=(1, 2, 3, 4, 5, 6, 8, 9), needs=SK),
    Case("what sklearn is set to give", "import pandas as pd\nimport sklearn\nfrom sklearn.preprocessing import StandardScaler\nframe = pd.DataFrame({'a': [1.0, 2.0]})\nsklearn.set_config(transform_output='pandas')\nz = 1\nr = StandardScaler().fit_transform(frame)", "r", keeps=(1, 2, 3, 4, 5, 7), needs=("pandas", "sklearn", "sklearn.utils._set_output")),
    Case("a clone is not fitted", DATA + "from sklearn.base import clone\nfrom sklearn.linear_model import Ridge\nm = Ridge(alpha=2.0)\nc = clone(m)\nm.fit(X, y)\nr = c.get_params()", "r", keeps=(4, 5, 6, 7, 9), needs=SK),
    Case("a grid search", DATA + "from sklearn.linear_model import Ridge\nfrom sklearn.model_selection import GridSearchCV\ng = GridSearchCV(Ridge(), {'alpha': [1.0, 2.0]}, cv=2)\nz = 1\ng.fit(X, y)\nprint(g.best_score_)\nr = g.best_params_", "r", keeps=(1, 2, 3, 4, 5, 6, 8, 10), needs=SK),
    Case("a vocabulary", "from sklearn.feature_extraction.text import CountVectorizer\nv = CountVectorizer()\nz = 1\nv.fit(['a bc', 'bc de'])\nv.transform(['x'])\nr = sorted(v.vocabulary_)", "r", keeps=(1, 2, 4, 6), needs=SK),
    Case("a user's estimator", DATA + "from sklearn.base import BaseEstimator\n\nclass Mean(BaseEstimator):\n    def fit(self, X, y):\n        self.m_ = y.mean()\n        return self\n    def predict(self, X):\n        return np.full(len(X), self.m_)\n\nm = Mean()\nz = 1\nm.fit(X, y)\nr = m.predict(X)", "r", keeps=(1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 13, 15, 16), needs=SK),
    Case("a tensor in place", "import torch\na = torch.zeros(2)\nb = torch.zeros(2)\na.add_(1)\nb.add_(1)\na[0] = 5\nr = a.sum()", "r", keeps=(1, 2, 4, 6, 7), needs=T),
    Case("a view of a tensor", "import torch\na = torch.zeros(4)\nv = a.view(2, 2)\nz = 1\nv[0, 0] = 7\nr = a.clone()", "r", keeps=(1, 2, 3, 5, 6), needs=T, quick=True),
    Case("a tensor over an array", "import torch\nimport numpy as np\na = np.zeros(2)\nt = torch.from_numpy(a)\nz = 1\nt[0] = 5", "a", keeps=(1, 2, 3, 4, 6), needs=T),
    Case("an array over a tensor", "import torch\nt = torch.zeros(2)\na = t.numpy()\nz = 1\na[0] = 5\nr = t.sum()", "r", keeps=(1, 2, 3, 5, 6), needs=T),
    Case("pure tensor functions", "import torch\na = torch.ones(2)\na.sum()\ntorch.relu(a)\na.add(1)\na.reshape(1, 2)\nr = a * 2", "r", keeps=(1, 2, 7), needs=T),
    Case("backward fills gradients", "import torch\nw = torch.ones(2, requires_grad=True)\nloss = (w ** 2).sum()\nz = 1\nloss.backward()\nr = w.grad", "r", keeps=(1, 2, 3, 5, 6), needs=T),
    Case("an optimizer steps", "import torch\ntorch.manual_seed(0)\nm = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(m.parameters(), lr=0.1)\nx = torch.ones(1, 1)\nlosses = []\nloss = m(x).sum()\nlosses.append(loss.item())\nopt.zero_grad()\nloss.backward()\nopt.step()\nr = m.weight", "r", keeps=(1, 2, 3, 4, 5, 7, 10, 11, 12), needs=T, quick=True),
    Case("a training loop", "import torch\ntorch.manual_seed(0)\nm = torch.nn.Linear(1, 1)\nopt = torch.optim.Adam(m.parameters(), lr=0.1)\nx = torch.ones(4, 1)\nz = 1\nfor i in range(3):\n    opt.zero_grad()\n    loss = (m(x) ** 2).sum()\n    loss.backward()\n    opt.step()\nr = [p.detach().clone() for p in m.parameters()]", "r", keeps=(1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12), needs=T),
    Case("evaluation mode", "import torch\nm = torch.nn.Dropout(0.5)\nz = 1\nm.eval()\nr = m(torch.ones(3))", "r", keeps=(1, 2, 4, 5), needs=T),
    Case("a state loaded", "import torch\ntorch.manual_seed(0)\na = torch.nn.Linear(1, 1)\nb = torch.nn.Linear(1, 1)\nz = 1\nb.load_state_dict(a.state_dict())\nr = b.weight.detach().clone()", "r", keeps=(1, 2, 3, 4, 6, 7), needs=T),
    Case("batch statistics are buffers", "import torch\nbn = torch.nn.BatchNorm1d(1)\nx = torch.arange(4.0).reshape(4, 1)\nz = 1\nbn(x)\nr = bn.running_mean", "r", keeps=(1, 2, 3, 5, 6), needs=T),
    Case("no_grad as a block", "import torch\nw = torch.ones(1, requires_grad=True)\nz = 1\nwith torch.no_grad():\n    w -= 0.5\n    v = w * 2\nr = w.detach()", "r", keeps=(1, 2, 4, 5, 7), needs=T),
    Case("a figure changed through its axes", PLT + "fig, ax = plt.subplots()\nf2, a2 = plt.subplots()\nax.plot([1, 2])\na2.plot([3, 4])\nax.set_title('t')", "fig", keeps=(1, 2, 4, 6), needs=M, quick=True),
    Case("a figure changed through an artist", PLT + "fig, ax = plt.subplots()\nline, = ax.plot([1, 2])\nz = 1\nline.set_color('red')\nline.set_linewidth(5)", "fig", keeps=(1, 2, 3, 5, 6), needs=M),
    Case("the current figure", PLT + "fig = plt.figure()\nz = 1\nplt.plot([1, 2])\nplt.title('x')", "fig", keeps=(1, 2, 4, 5), needs=M, quick=True),
    Case("another current figure", PLT + "f1 = plt.figure()\nplt.plot([1, 2])\nf2 = plt.figure()\nplt.plot([3, 4])\nplt.title('second')", "f1", keeps=(1, 2, 3), needs=M),
    Case("back to the first figure", PLT + "f1 = plt.figure(1)\nf2 = plt.figure(2)\nplt.figure(1)\nz = 1\nplt.plot([1, 2])", "f1", keeps=(1, 2, 4, 6), needs=M, spare=(4,)),
    Case("the current axes of subplots", PLT + "fig, axes = plt.subplots(1, 2)\nplt.sca(axes[0])\nz = 1\nplt.plot([1, 3])", "fig", keeps=(1, 2, 3, 5), needs=M),
    Case("plotting a list does not change it", PLT + "xs = [1, 2]\nplt.plot(xs)\nplt.show()\nplt.close('all')\nxs.append(3)", "xs", keeps=(2, 6), needs=M, quick=True),
    Case("a style", PLT + "plt.style.use('ggplot')\nfig, ax = plt.subplots()\nz = 1\nax.plot([1, 2])", "fig", keeps=(1, 2, 3, 5), needs=M),
    Case("parameters before a figure", PLT + "plt.rcParams['figure.figsize'] = (3, 2)\nfig, ax = plt.subplots()\nz = 1\nax.plot([1, 2])", "fig", keeps=(1, 2, 3, 5), needs=M),
    Case("parameters before a figure of another library", PLT + "import scipy.spatial\nplt.rc('figure', figsize=(3, 2))\nz = 1\nhull = scipy.spatial.ConvexHull([[0, 0], [0, 1], [1, 0]])\nfig = scipy.spatial.convex_hull_plot_2d(hull)", "fig", keeps=(1, 2, 3, 5, 6), needs=("matplotlib", "scipy")),
    Case("artists in a box", PLT + "from matplotlib.offsetbox import AnnotationBbox, DrawingArea\nfrom matplotlib.patches import Circle\nfig, ax = plt.subplots()\narea = DrawingArea(9, 9)\ncircle = Circle((3, 3), 2)\narea.add_artist(circle)\nz = 1\nbox = AnnotationBbox(area, (0.5, 0.5))\nax.add_artist(box)", "circle", keeps=(1, 2, 3, 4, 5, 6, 7, 9, 10), needs=M),
    Case("an artist that is in no figure", PLT + "from matplotlib.patches import Circle\ncircle = Circle((3, 3), 2)\nz = 1\ncircle.set_color('red')\nr = circle.get_facecolor()", "r", keeps=(2, 3, 5, 6), needs=M),
    Case("a callback that changes a figure when it is drawn", PLT + "fig, ax = plt.subplots()\nz = 1\ndef shrink(event):\n    fig.subplots_adjust(left=0.5)\nfig.canvas.mpl_connect('draw_event', shrink)", "fig", keeps=(1, 2, 4, 5, 6), needs=M),
    Case("seaborn draws on axes", PLT + "import seaborn as sns\nfig, ax = plt.subplots()\nz = 1\nsns.lineplot(x=[1, 2], y=[3, 4], ax=ax)", "fig", keeps=(1, 2, 3, 5), needs=("seaborn",)),
    Case("a networkx graph", "import networkx as nx\ng = nx.Graph()\nh = nx.Graph()\ng.add_edge(1, 2)\nh.add_edge(3, 4)\nnx.degree(g)\ng.nodes[1]['c'] = 'red'\nr = nx.node_link_data(g)", "r", keeps=(1, 2, 4, 7, 8), needs=("networkx",)),
    Case("a scipy sparse matrix", "import numpy as np\nfrom scipy import sparse\nm = sparse.lil_matrix((2, 2))\nz = sparse.lil_matrix((2, 2))\nm[0, 1] = 5\nz[0, 0] = 1\nr = m.toarray()", "r", keeps=(2, 3, 5, 7), needs=("scipy",)),
    Case("a polars frame is new at each step", "import polars as pl\ndf = pl.DataFrame({'a': [1, 2]})\ndf.with_columns(b=pl.col('a'))\ne = df.with_columns(c=pl.col('a') * 2)\ndf.head()\nr = e['c'].sum()", "r", keeps=(1, 2, 4, 6), needs=("polars",)),
    Case("a polars frame in place", "import polars as pl\ndf = pl.DataFrame({'a': [1, 2]})\nz = 1\ndf.insert_column(1, pl.Series('b', [3, 4]))\nr = df.columns", "r", keeps=(1, 2, 4, 5), needs=("polars",)),
    Case("a statsmodels formula", "import pandas as pd\nimport statsmodels.formula.api as smf\ndf = pd.DataFrame({'y': [1.0, 2, 3, 5], 'x': [1.0, 2, 3, 4]})\ndef twice(v):\n    return 2 * v\nz = 1\nm = smf.ols('y ~ twice(x)', df).fit()\nprint(m.summary().tables[0])\nr = m.params.tolist()", "r", keeps=(1, 2, 3, 4, 5, 7, 9), needs=("statsmodels",)),
    Case("which figures are open", "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nz = 1\nplt.figure(5)\nplt.figure(6)\nplt.figure(5)\nr = plt.get_fignums()", "r", keeps=(1, 2, 3, 5, 6, 7, 8), spare=(1, 2, 7), needs=("matplotlib",)),
)
