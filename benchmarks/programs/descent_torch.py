"""Stochastic gradient descent with torch: a model, an optimizer, a loop."""

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
X = torch.randn(4_000, 20)
y = (X[:, 0] * X[:, 1] > 0).float().unsqueeze(1)
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.BCEWithLogitsLoss()
history = []
for _ in range(15):
    for start in range(0, 4_000, 64):
        optimizer.zero_grad()
        loss = criterion(model(X[start : start + 64]), y[start : start + 64])
        loss.backward()
        optimizer.step()
    history.append(loss.item())
model.eval()
with torch.no_grad():
    accuracy = ((model(X) > 0).float() == y).float().mean().item()
print(history[-1], accuracy)
