"""Fits of scikit-learn, on data that each of them reads."""

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = make_classification(20_000, 30, n_informative=12, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
scaler = StandardScaler()
scaler.fit(X_train)
linear = LogisticRegression(max_iter=300)
linear.fit(scaler.transform(X_train), y_train)
print(accuracy_score(y_test, linear.predict(scaler.transform(X_test))))
forest = RandomForestClassifier(10, max_depth=10, random_state=0)
forest.fit(X_train, y_train)
print(accuracy_score(y_test, forest.predict(X_test)))
pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))
scores = cross_val_score(pipeline, X_train, y_train, cv=5)
print(np.mean(scores))
importance = forest.feature_importances_
best = np.argsort(importance)[::-1][:10]
small = RandomForestClassifier(4, random_state=1)
small.fit(X_train[:, best], y_train)
print(small.score(X_test[:, best], y_test))
