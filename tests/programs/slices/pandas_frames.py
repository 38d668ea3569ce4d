"""pandas: frames changed by parts, in place, through columns and views."""

from __future__ import annotations

from tests.programs.slices.case import Case as _Case

DF = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1, 2], 'b': [1.0, None, 3.0]})\n"


def Case(name: str, program: str, criterion: str, keeps: tuple[int, ...], quick: bool = False, spare: tuple[int, ...] = ()) -> _Case:  # noqa: N802
    """Make a case that begins with a frame of two columns: lines 1 and 2."""
    return _Case(name, DF + program, criterion, keeps=keeps, quick=quick, spare=spare, needs=("pandas",))


CASES = (
    Case("loc assigns", "other = df.copy()\ndf.loc[0, 'a'] = 9\nother.loc[1, 'a'] = 8", "df", keeps=(1, 2, 4), quick=True),
    Case("iloc, at and iat assign", "z = 1\ndf.iloc[0, 0] = 9\ndf.at[1, 'a'] = 8\ndf.iat[2, 0] = 7", "df", keeps=(1, 2, 4, 5, 6)),
    Case("a mask assigns", "m = df['a'] > 1\nz = 1\ndf.loc[m, 'b'] = 0", "df", keeps=(1, 2, 3, 5)),
    Case("a column is assigned, another is made", "z = 1\ndf['c'] = df['a'] * 2\ndf['a'] = 0", "df", keeps=(1, 2, 4, 5)),
    Case("looking does not change", "df.head()\ndf.describe()\nprint(df)\ndf.info()\ndf.shape, df.dtypes, df.columns\nlen(df)\ndf['a'].value_counts()\ndf.isna().sum()\ndf.groupby('a').mean()\ndf.loc[0, 'a'] = 1", "df", keeps=(1, 2, 12)),
    Case("looking fills caches that are not changes", "df.index.is_unique\ndf.columns.get_loc('a')\ndf['a']\ndf['a'].is_monotonic_increasing\ndf.loc[1]\ndf.values\ndf._mgr\nstr(df)\nr = df['a'].sum()", "r", keeps=(1, 2, 11), quick=True),
    Case("methods that return new frames", "df.sort_values('a')\ndf.dropna()\ndf.fillna(0)\ndf.rename(columns={'a': 'x'})\ndf.assign(c=1)\ndf.drop(columns='a')\ndf.reset_index()\nr = df['a'].tolist()", "r", keeps=(1, 2, 10)),
    Case("inplace", "other = df.copy()\ndf.sort_values('a', inplace=True)\nother.sort_values('a', inplace=True)\ndf.dropna(inplace=True)\ndf.reset_index(drop=True, inplace=True)", "df", keeps=(1, 2, 4, 6, 7), quick=True),
    Case("fillna, rename and replace in place", "z = 1\ndf.fillna(0, inplace=True)\ndf.rename(columns={'a': 'x'}, inplace=True)\ndf.replace(3, 30, inplace=True)", "df", keeps=(1, 2, 4, 5, 6)),
    Case("set_index in place", "z = 1\ndf.set_index('a', inplace=True)\nr = df.index.tolist()", "r", keeps=(1, 2, 4, 5)),
    Case("insert and pop", "other = df.copy()\ndf.insert(0, 'c', 1)\nother.insert(0, 'd', 1)\np = df.pop('a')\nr = list(df.columns)", "r", keeps=(1, 2, 4, 6, 7)),
    Case("del of a column", "z = 1\ndel df['b']\nr = df.shape", "r", keeps=(1, 2, 4, 5)),
    Case("columns and index assigned", "z = 1\ndf.columns = ['x', 'y']\ndf.index = [7, 8, 9]\nr = df.loc[8, 'x']", "r", keeps=(1, 2, 4, 5, 6)),
    Case("index name and attrs", "z = 1\ndf.index.name = 'id'\ndf.attrs['k'] = 1\nr = df.reset_index().columns.tolist()", "r", keeps=(1, 2, 4, 6)),
    Case("update", "other = pd.DataFrame({'a': [10, 20, 30]})\nz = 1\ndf.update(other)", "df", keeps=(1, 2, 3, 5)),
    Case("a column taken out earlier and changed", "s = df['a'].copy()\nz = 1\ns[0] = 100\nr = df['a'].tolist()", "r", keeps=(1, 2, 6)),
    Case("a series in place", "s = df['a'].copy()\nt = df['b'].copy()\ns.iloc[0] = 50\nt.iloc[0] = 60\ns.sort_values(inplace=True)", "s", keeps=(1, 2, 3, 5, 7)),
    Case("a frame over an array", "import numpy as np\narr = np.zeros((2, 2))\nf = pd.DataFrame(arr, copy=False)\nz = 1\narr[0, 0] = 7\nr = f.copy()", "r", keeps=(1, 3, 4, 5, 7, 8)),
    Case("an array under a frame", "import numpy as np\narr = np.zeros((2, 2))\nf = pd.DataFrame(arr, copy=False)\nz = 1\nf.iloc[0, 0] = 7\nr = arr.sum()", "r", keeps=(1, 3, 4, 5, 7, 8)),
    Case("a series over an array", "import numpy as np\narr = np.zeros(3)\ns = pd.Series(arr, copy=False)\nt = s.rename('t')\narr[0] = 7\nt.iloc[1] = 5\nr = s.sum()", "r", keeps=(1, 3, 4, 5, 7, 9)),
    Case("an array of a frame's values", "v = df[['a']].to_numpy().copy()\nz = 1\nv[0] = 5\nr = v.sum()", "r", keeps=(1, 2, 3, 5, 6)),
    Case("a copy is changed", "c = df.copy()\nc['a'] = 0\nc.loc[0, 'b'] = 5\nr = df['a'].sum()", "r", keeps=(1, 2, 6)),
    Case("a filter then a change", "sub = df[df['a'] > 1].copy()\nz = 1\nsub['c'] = 5\nr = sub.shape", "r", keeps=(1, 2, 3, 5, 6)),
    Case("groupby, transform and merge", "g = df.groupby('a')['b'].sum()\nz = 1\nm = df.merge(g.rename('t').reset_index(), on='a')\ndf['c'] = 0\nr = m['t'].sum()", "r", keeps=(1, 2, 3, 5, 7), quick=True),
    Case("a groupby object made before the change", "g = df.groupby('a')\nz = 1\nr = g['b'].count().sum()", "r", keeps=(1, 2, 3, 5)),
    Case("apply with a function that reads a global", "def f(x):\n    return x * K\n\nK = 2\nz = 1\nr = df['a'].apply(f).sum()", "r", keeps=(1, 2, 3, 4, 6, 8)),
    Case("apply with a function that has effects", "seen = []\nz = 1\ndf['a'].apply(seen.append)", "seen", keeps=(1, 2, 3, 5)),
    Case("query reads a variable", "limit = 1\nz = 2\nr = df.query('a > @limit')", "r", keeps=(1, 2, 3, 5), quick=True),
    Case("query in a function reads its local", "def f(n):\n    limit = n\n    return df.query('a > @limit')\n\nz = 2\nr = f(1)", "r", keeps=(1, 2, 3, 4, 5, 8)),
    Case("eval in place", "k = 2\nz = 1\ndf.eval('c = a * @k', inplace=True)\nr = df['c'].sum()", "r", keeps=(1, 2, 3, 5, 6)),
    Case("pipe and a chain over lines", "def add(d, n):\n    return d.assign(c=d['a'] + n)\n\nz = 1\nr = (\n    df\n    .pipe(add, 5)\n    .query('c > 6')\n    .reset_index(drop=True)\n)", "r", keeps=(1, 2, 3, 4, 7, 8, 9, 10, 11, 12)),
    Case("a frame in a dictionary", "d = {'x': df}\nz = 1\nd['x']['c'] = 5\nr = df.shape", "r", keeps=(1, 2, 3, 5, 6)),
    Case("a frame changed in a function", "def clean(d):\n    d.dropna(inplace=True)\n    d['n'] = 1\n\nother = df.copy()\nclean(df)\nclean(other)\nr = len(df)", "r", keeps=(1, 2, 3, 4, 5, 8, 10), quick=True),
    Case("a frame changed in a loop over columns", "z = 1\nfor c in ['a', 'b']:\n    df[c] = df[c].fillna(0) * 2\nr = df['a'].sum()", "r", keeps=(1, 2, 4, 5, 6)),
    Case("rows appended by loc", "z = 1\ndf.loc[len(df)] = [9, 9]\nr = len(df)", "r", keeps=(1, 2, 4, 5)),
    Case("itertuples and iterrows look", "for t in df.itertuples():\n    print(t)\nfor i, row in df.iterrows():\n    print(row['a'])\nr = df['a'].sum()", "r", keeps=(1, 2, 7)),
    Case("categories and the cat accessor", "df['c'] = df['a'].astype('category')\nz = df['c'].cat.codes\ndf['c'] = df['c'].cat.add_categories([99])\nr = df['c'].cat.categories.tolist()", "r", keeps=(1, 2, 3, 5, 6)),
    Case("datetimes and resampling", "s = pd.Series(range(4), index=pd.date_range('2020', periods=4))\nt = s.resample('2D').sum()\ns.rolling(2).mean()\nr = t.tolist()", "r", keeps=(1, 3, 4, 6)),
    Case("a MultiIndex", "m = df.set_index(['a', 'b'])\nz = 1\nm['v'] = [1, 2, 3]\nr = m['v'].sum()", "r", keeps=(1, 2, 3, 5, 6)),
    Case("concat and a list of frames", "parts = [df, df]\nparts.append(df.head(1))\nz = 1\nr = pd.concat(parts)", "r", keeps=(1, 2, 3, 4, 6)),
    Case("plotting a frame does not change it", "import matplotlib\nmatplotlib.use('agg')\nax = df.plot()\ndf['a'].hist()\ndf['a'] = df['a'] + 1\nr = df['a'].sum()", "r", keeps=(1, 2, 7, 8)),
    Case("a user's subclass of DataFrame", "class F(pd.DataFrame):\n    _metadata = ['note']\n    @property\n    def _constructor(self):\n        return F\n\nf = F({'a': [1]})\nf.note = 'x'\nz = 1\nf['b'] = 2\nr = f.note", "r", keeps=(1, 3, 4, 5, 6, 7, 9, 10, 13)),
    Case("an accessor registered by the user", "@pd.api.extensions.register_dataframe_accessor('mine')\nclass Mine:\n    def __init__(self, obj):\n        self.obj = obj\n    def total(self):\n        return self.obj['a'].sum()\n\nz = 1\nr = df.mine.total()", "r", keeps=(1, 2, 3, 4, 5, 6, 7, 8, 11)),
    Case("a method put on DataFrame by a function", "def patch(cls):\n    setattr(cls, 'total', lambda self: self['a'].sum())\n\nz = 1\npatch(pd.DataFrame)\nz = df.describe()\nr = df.total()", "r", keeps=(1, 2, 3, 4, 7, 9)),
    Case("the length of a frame", "df['c'] = 1\ndf = df.dropna()\ndf['d'] = 2\nr = len(df)", "r", keeps=(1, 2, 3, 4, 6)),
    Case("the shape of a frame", "df['a'] = df['a'] + 1\ndf['c'] = 1\nr = df.shape", "r", keeps=(1, 2, 4, 5)),
    Case("the length of a frame by a function of the program's", "def len(x):\n    return x['a'].sum()\n\ndf['a'] = 5\nr = len(df)", "r", keeps=(1, 2, 3, 4, 6, 7)),
    Case("objects in a column", "x = [1]\nz = 1\ndf['o'] = [x, x, x]\ndf['o'][0].append(2)\nr = df['o'].tolist()", "r", keeps=(1, 2, 3, 5, 6, 7)),
    Case("a query that is put together", "low, col = 1, 'a'\nz = 1\nr = df.query(f'{col} > @low')", "r", keeps=(1, 2, 3, 5)),
)
