"""What a fingerprint of pandas objects sees, and what it does not."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest

from tests.looking import Look, act, differences

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

VERSION = int(pd.__version__.split(".")[0])


def frame() -> Any:
    """One column of every kind that pandas keeps differently."""
    return pd.DataFrame(
        {
            "a": [3, 1, 2],
            "b": [1.5, None, 2.5],
            "s": ["x", "y", "x"],
            "o": pd.Series([1, "two", None], dtype=object),
            "c": pd.Categorical(["u", "v", "u"]),
            "t": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01"]),
            "z": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01"], utc=True),
            "i": pd.array([1, None, 3], dtype="Int64"),
            "l": [True, False, True],
        }
    )


ALL = {"a", "b", "s", "o", "c", "t", "z", "i", "l"}


@dataclass(frozen=True)
class Case:
    name: str
    code: str
    changes: frozenset[str]


def case(name: str, code: str, *changes: str) -> Case:
    return Case(name, code, frozenset(changes))


WRITES = [
    case("a value set by label", "x.loc[1, 'a'] = 9", "a"),
    case("a value set by place", "x.iloc[0, 1] = 9.0", "b"),
    case("a value set by at", "x.at[0, 'a'] = 7", "a"),
    case("a value set by iat", "x.iat[0, 0] = 7", "a"),
    case("a mask set in one column", "x.loc[x.a > 1, 'b'] = 0.0", "b"),
    case("two columns set", "x[['a', 'b']] = 0", "a", "b"),
    case("a text column set", "x.loc[0, 's'] = 'q'", "s"),
    case("an object column set", "x.loc[0, 'o'] = 5", "o"),
    case("a category set", "x.loc[0, 'c'] = 'v'", "c"),
    case("a time set", "x.loc[0, 't'] = x.t[1]", "t"),
    case("a nullable integer set", "x.loc[1, 'i'] = 4", "i"),
    case("a column replaced", "x['a'] = x['a'] * 2", "a"),
    case("a column replaced by attribute", "x.a = 5", "a"),
    case("a column's type changed", "x['a'] = x['a'].astype('int32')", "a"),
    case("a column added", "x['new'] = 1", "new", "*"),
    case("a column inserted", "x.insert(0, 'new', 1)", "new", "*"),
    case("a column deleted", "del x['a']", "a", "*"),
    case("a column popped", "x.pop('b')", "b", "*"),
    case("a column dropped in place", "x.drop(columns='a', inplace=True)", "a", "*"),
    case("a column renamed", "x.rename(columns={'a': 'A'}, inplace=True)", "a", "A", "*"),
    case("names set", "x.columns = ['A', *list(x.columns)[1:]]", "a", "A", "*"),
    case("the index set", "x.index = [5, 6, 7]", "whole"),
    case("the index named", "x.index.name = 'k'", "whole", "<index>"),
    case("the columns named", "x.columns.name = 'k'", "*", "<index>"),
    case("the index taken from a column", "x.set_index('a', inplace=True)", "a", "*", "whole"),
    case("the index reset", "x.reset_index(inplace=True)", "index", "*"),
    case("missing values filled in place", "x.fillna({'b': 0.0}, inplace=True)", "b"),
    case("rows dropped in place", "x.drop(index=0, inplace=True)", "whole", *ALL),
    case("rows sorted in place", "x.sort_values('a', inplace=True)", "whole", *ALL),
    case("a row added", "x.loc[3] = x.loc[0]", "whole", *ALL),
    case("the frame updated", "x.update(pd.DataFrame({'a': [8, 8, 8]}))", "a"),
    case("attrs set", "x.attrs['k'] = 1", "whole"),
    case("flags set", "x.flags.allows_duplicate_labels = False", "whole"),
    case("an attribute of the user's own", "x.__dict__['mine'] = 1", "whole"),
    case("what the frame held is put back", "x['a'] = x['a'].copy()"),
]

READS_TEXT = """
x.head(2)|x.tail()|x.describe()|x.info(buf=io.StringIO())|repr(x)|x._repr_html_()|x.to_string()|x.shape|x.dtypes
x.columns|x.index|x.values|x.to_numpy()|x.T|x['a']|x.a|x[['a', 'b']]|x.loc[0]|x.loc[:, 'a']|x.iloc[0]|x.iloc[:, 1:3]
x.at[0, 'a']|x[x.a > 1]|x.query('a > 1')|x.eval('a + b')|x.sort_values('a')|x.sort_index(ascending=False)|x.copy()
x.copy(deep=False)|x.drop(columns='a')|x.rename(columns={'a': 'q'})|x.assign(n=1)|x.a.fillna(0)|x.dropna()|x.isna()
x.groupby('c', observed=False).a.mean()|x.groupby('s').agg({'a': 'sum'})|x.groupby('s').groups|x.s.value_counts()
x.a.unique()|x.a.nunique()|x.nunique()|x.a.rolling(2).mean()|x.a.expanding().sum()|x.a.cumsum()|x[['a', 'b']].corr()
x.a.sum()|x[['a', 'b']].mean()|x.a.quantile(.5)|x.a.std()|x.a.max()|x.a.idxmax()|x.a.argsort()|x.a.rank()|x.a.diff()
x.merge(x, on='a')|x.join(x, rsuffix='_')|pd.concat([x, x])|x.melt(id_vars='a')|x.pivot_table(index='s', values='a')
x.set_index('a')|x.set_index('a').loc[1]|x.reset_index()|x.reindex([0, 2])|x.stack()|x.apply(lambda c: c)|x.a.map(str)
x.a.apply(str)|x.memory_usage(deep=True)|x.select_dtypes('number')|x.sample(1, random_state=0)|x.duplicated()
x.drop_duplicates('s')|x.nlargest(1, 'a')|x.to_dict()|x.to_records()|x.to_csv()|x.to_json()|list(x)|list(x.iterrows())
list(x.itertuples())|list(x.items())|len(x)|'a' in x|x.equals(x)|x.a == x.a|x.a + 1|-x.a|x.a.astype(float)
x.astype({'a': float})|x.convert_dtypes()|x.infer_objects()|x.s.str.upper()|x.t.dt.year|x.c.cat.codes|x.c.cat.categories
x.index.is_unique|x.index.get_loc(1)|x.columns.get_loc('a')|x.index.is_monotonic_increasing|x.a.is_unique
x.a.array|x.c.array|x.i.array|x.a.values|x.s.values|x.t.values|np.asarray(x)|np.asarray(x.a)|np.sqrt(x.a)|hash(type(x))
x.where(x.a > 1)|x.mask(x.a > 1)|x.a.clip(0, 2)|x.a.isin([1])|x.a.between(1, 2)
x.shift()|x.a.shift()|x.b.interpolate()|x.a.to_frame()|x.a.to_list()|x.a.to_dict()|x.squeeze()|x.axes|x.ndim|x.size
x.empty|x.keys()|x.get('a')|x.first_valid_index()|x.pipe(len)|x.transpose()|x.b.isna().sum()|pd.get_dummies(x.s)
pd.cut(x.a, 2)|pd.crosstab(x.s, x.l)|x._consolidate_inplace()
"""
READS = READS_TEXT.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("case", WRITES, ids=lambda case: case.name)
def test_writes(case: Case) -> None:
    assert act(frame(), case.code, pd=pd, np=np) == case.changes


@pytest.mark.parametrize("code", READS)
@pytest.mark.filterwarnings("ignore")
def test_reads_change_nothing(code: str) -> None:
    x = frame()
    assert act(x, code, pd=pd, np=np, io=io) == set()


@pytest.mark.filterwarnings("ignore")
def test_reads_one_after_the_other_change_nothing() -> None:
    x, space = frame(), {"pd": pd, "np": np, "io": io}
    before = Look(x)
    for code in READS:
        exec(code, {"x": x, **space})
    assert differences(before, Look(x)) == set()


def test_blocks_joined_are_the_same_frame() -> None:
    x = pd.DataFrame({"a": np.arange(3)})
    for name in "bcde":
        x[name] = np.arange(3)
    assert len(x._mgr.blocks) > 1
    before = Look(x)
    x._consolidate_inplace()
    assert len(x._mgr.blocks) == 1
    assert differences(before, Look(x)) == set()


SERIES = [
    case("a value set", "x[1] = 9", "whole"),
    case("a value set by place", "x.iloc[1] = 9", "whole"),
    case("sorted in place", "x.sort_values(inplace=True)", "whole"),
    case("renamed", "x.name = 'q'", "whole"),
    case("added to in place", "x += 1", "whole"),
    case("the index set", "x.index = list('abc')", "whole"),
    case("read", "x.mean(); x[0]; x.value_counts(); repr(x); x.index; x.values; x.groupby(x).size()"),
]


@pytest.mark.parametrize("case", SERIES, ids=lambda case: case.name)
def test_series(case: Case) -> None:
    assert act(pd.Series([3, 1, 2]), case.code) == case.changes


@pytest.mark.skipif(VERSION >= 3, reason="views cannot be written through from pandas 3 on")
def test_views_share_memory_with_their_frame() -> None:
    x = frame()
    assert Look(x["a"]).keys & Look(x).keys
    assert Look(x["a"].values).keys & Look(x).keys
    assert Look(x["i"].array).keys & Look(x).keys
    x = x[["b"]].copy()
    assert act(x, "x['b'].values[0] = 9") == {"b"}


@pytest.mark.skipif(VERSION < 3, reason="pandas 3 always copies on write")
def test_nothing_is_shared_where_pandas_copies_on_write() -> None:
    x = frame()
    assert not Look(x["a"]).keys & Look(x).keys
    assert act(x, "s = x['a']; s[0] = 9") == set()


@pytest.mark.skipif(VERSION != 2, reason="an option of pandas 2")
def test_copy_on_write_as_an_option() -> None:
    with pd.option_context("mode.copy_on_write", True):
        x = frame()
        assert not Look(x["a"]).keys & Look(x).keys
        assert act(x, "s = x['a']; s[0] = 9") == set()


def test_objects_in_a_column_are_cells() -> None:
    held: list[int] = []
    x = pd.DataFrame({"a": [1, 2], "o": pd.Series([held, "text"], dtype=object)})
    assert act(x, "held.append(1)", held=held) == {"<list>"}


def test_a_grouped_frame_leads_to_its_frame() -> None:
    x = frame()
    for standing in (x.groupby("s"), x.rolling(2), x.loc, x.iloc, x.s.str, x.t.dt, x.a.rolling(2)):
        assert {"frame", "series"} & {name for name, _ in Look(standing).cells.values()}
        assert not Look(standing).opaque()


def test_equal_frames_have_equal_digests() -> None:
    first, second = (next(iter(Look(frame()).cells.values()))[1] for _ in range(2))
    assert first == second


def test_a_frequency_is_seen() -> None:
    assert act(pd.DatetimeIndex(["2020-01-01", "2020-01-02"]), "x.freq = 'D'") == {"whole"}


def test_a_subclass_of_the_users_runs_no_code() -> None:
    class Tripwire(pd.DataFrame):  # type: ignore[misc, name-defined]  # pandas may be without types
        def __getattribute__(self, name: str) -> Any:
            if armed:
                raise AssertionError(name)
            return super().__getattribute__(name)

    armed = False
    x = Tripwire({"a": [1, 2], "s": ["x", "y"]})
    armed = True
    Look(x)
