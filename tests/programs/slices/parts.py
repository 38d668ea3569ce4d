"""Parts: one key, attribute or column of a thing is told from another."""

from __future__ import annotations

from tests.programs.slices.case import Case

CASES = (
    Case("one key of a dictionary", "cfg = {'lr': 1, 'n': 2}\ncfg['n'] = 5\ncfg['lr'] = 3\nr = cfg['lr']", "r", keeps=(1, 3, 4), quick=True),
    Case("another key goes", "cfg = {'lr': 1, 'n': 2}\ncfg['n'] = 5\nr = cfg['lr']", "r", keeps=(1, 3)),
    Case("a key deleted is not the other key", "cfg = {'lr': 1, 'n': 2}\ndel cfg['n']\nr = cfg['lr']", "r", keeps=(1, 3)),
    Case("the whole needs every key", "cfg = {'lr': 1}\ncfg['n'] = 5\ncfg['k'] = 6\nr = dict(cfg)", "r", keeps=(1, 2, 3, 4)),
    Case("len needs every key", "cfg = {'lr': 1}\ncfg['n'] = 5\nr = len(cfg)", "r", keeps=(1, 2, 3)),
    Case("a key that is computed needs the whole", "cfg = {'a': 1}\nk = 'b'\ncfg[k] = 2\nr = cfg['b']", "r", keeps=(1, 2, 3, 4)),
    Case("one attribute", "class A: pass\n\na = A()\na.x = 1\na.y = 2\nr = a.x", "r", keeps=(1, 3, 4, 6), quick=True),
    Case("an attribute set by a method, another read", "class A:\n    def __init__(self):\n        self.x = 1\n    def set_y(self):\n        self.y = 2\n\na = A()\na.set_y()\nr = a.x", "r", keeps=(1, 2, 3, 4, 5, 7, 9)),
    Case("an attribute's list changed", "class A: pass\n\na = A()\na.xs = [1]\na.ys = [2]\na.xs.append(3)\na.ys.append(4)\nr = a.xs", "r", keeps=(1, 3, 4, 6, 8)),
    Case("a simple namespace", "from types import SimpleNamespace\nns = SimpleNamespace(a=1, b=2)\nns.b = 9\nr = ns.a", "r", keeps=(1, 2, 4)),
    Case("nested parts", "cfg = {'opt': {'lr': 1, 'm': 2}, 'n': 3}\ncfg['n'] = 5\ncfg['opt']['m'] = 7\nr = cfg['opt']['lr']", "r", keeps=(1, 4)),
    Case("nested parts by an alias", "cfg = {'opt': {'lr': 1, 'm': 2}, 'n': 3}\ninner = cfg['opt']\ninner['m'] = 7\ninner['lr'] = 9\nr = cfg['opt']['lr']", "r", keeps=(1, 2, 4, 5)),
    Case("a nested part put in place anew", "cfg = {'opt': {'lr': 1}}\ncfg['opt']['lr'] = 5\ncfg['opt'] = {'lr': 2, 'm': 3}\ncfg['opt']['m'] = 4\nr = cfg['opt']['lr']", "r", keeps=(1, 3, 5)),
    Case("a nested part added to", "cfg = {'opt': {'n': 1, 'm': 2}}\ncfg['opt']['m'] += 1\ncfg['opt']['n'] += 1\ncfg['opt']['n'] += 2\nr = cfg['opt']['n']", "r", keeps=(1, 3, 4, 5)),
    Case("an inner dict under another name", "d = {'a': {'b': [1], 'c': 2}}\ne = d['a']\ne['b'].append(2)\nd['a']['c'] = 5\nz = d['a']['b'][1]\nr = e['c']", "r", keeps=(1, 2, 4, 6)),
    Case("an instance in a dict", "class P:\n    pass\n\np = P()\np.q = P()\nd = {'p': p, 'l': [1]}\nd['l'].append(3)\nd['p'].q.r = 2\nr = p.q.r", "r", keeps=(1, 2, 4, 5, 6, 8, 9)),
    Case("rows of a table by a number", "rows = [[0, 0], [0, 0]]\nlast = rows[-1]\nn = 0\nrows[1][0] = 7\nrows[n].append(5)\nr = last[0]", "r", keeps=(1, 2, 4, 6), spare=(3, 5)),
    Case("a list in a nested part", "cfg = {'a': {'b': {'xs': [], 'ys': []}}}\ncfg['a']['b']['ys'].append(1)\ncfg['a']['b']['xs'].append(2)\nr = cfg['a']['b']['xs'][0]", "r", keeps=(1, 3, 4)),
    Case("attributes of attributes", "class B:\n    def bump(self):\n        self.x += 1\n\nclass A:\n    pass\n\na = A()\na.b = B()\na.b.x, a.b.y = 1, 2\na.b.y = 5\na.b.bump()\nr = a.b.x", "r", keeps=(1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 13), spare=(11,)),
    Case("a property of an attribute", "class B:\n    @property\n    def both(self):\n        return self.x + self.y\n\nclass A:\n    pass\n\na = A()\na.b = B()\na.b.x = 1\na.b.y = 2\nr = a.b.both", "r", keeps=(1, 2, 3, 4, 6, 7, 9, 10, 11, 12, 13)),
    Case("one class attribute", "class A:\n    x = 1\n    y = 2\n\nA.y = 5\nA.x = 3\nr = A.x", "r", keeps=(1, 2, 3, 6, 7)),
    Case("one attribute of a module", "import types\nm = types.ModuleType('m')\nm.a = 1\nm.b = 2\nr = m.a", "r", keeps=(1, 2, 3, 5)),
    Case("one item of a list by a constant", "a = [1, 2]\na[0] = 5\nr = a[0]", "r", keeps=(1, 2, 3)),
    Case("a column added is not in the mean of another", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\ndf['b'] = [3, 4]\nr = df['a'].mean()", "r", keeps=(1, 2, 4), needs=("pandas",), quick=True),
    Case("a column by attribute", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': [1, 2]})\ndf['b'] = df['b'] * 2\ndf.a += 1\nr = df.a.sum()", "r", keeps=(1, 2, 4, 5), needs=("pandas",)),
    Case("the columns that a new column is made of", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': [1, 2]})\ndf['c'] = df['a'] + 1\ndf['d'] = df['b'] + 1\ndf['e'] = df['c'] * 2\nr = df['e'].tolist()", "r", keeps=(1, 2, 3, 5, 6), needs=("pandas",)),
    Case("a row dropped is in every column", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3], 'b': [1, 2, 3]})\ndf.drop(0, inplace=True)\ndf['b'] = 0\nr = df['a'].mean()", "r", keeps=(1, 2, 3, 5), needs=("pandas",)),
    Case("two columns together", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': [1, 2], 'c': [0, 0]})\ndf['c'] = 5\ndf['b'] = 6\nr = df[['a', 'b']].sum().sum()", "r", keeps=(1, 2, 4, 5), needs=("pandas",)),
)
