"""A pipeline over a frame of a million rows: columns added, rows filtered, groups, a join, a sort, looks between."""

import numpy as np
import pandas as pd

rng = np.random.default_rng(0)
n = 1_000_000
df = pd.DataFrame(
    {
        "shop": rng.integers(0, 500, n),
        "item": rng.integers(0, 2_000, n),
        "price": rng.gamma(2.0, 10.0, n),
        "count": rng.poisson(3, n),
        "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
    }
)
print(df.head())
df["sales"] = df["price"] * df["count"]
df["month"] = df["day"].dt.month
print(df.describe())
df = df[df["count"] > 0]
df.loc[df["price"] > 100, "price"] = 100.0
monthly = df.groupby(["shop", "month"])["sales"].sum().reset_index()
shops = pd.DataFrame({"shop": range(500), "region": rng.choice(["north", "south", "east"], 500)})
joined = df.merge(shops, on="shop", how="left")
joined["region"] = joined["region"].astype("category")
by_region = joined.groupby("region", observed=True).agg(sales=("sales", "sum"), items=("item", "nunique"))
print(by_region)
ranked = joined.sort_values(["region", "sales"], ascending=[True, False])
top = ranked.groupby("region", observed=True).head(10)
joined["share"] = joined["sales"] / joined.groupby("shop")["sales"].transform("sum")
pivot = monthly.pivot(index="shop", columns="month", values="sales")
print(pivot.shape, joined.isna().sum().sum())
joined.drop(columns=["day"], inplace=True)
labels = joined["item"].astype(str) + "-" + joined["shop"].astype(str)
print(labels.nunique(), top.shape, df.memory_usage(deep=True).sum())
