"""A model in Python: trained, looked into, stepped through, checked."""
# [train]
import numpy as np
import tapedeck as td


class Mlp(td.Module):
    def __init__(self, rng):
        super().__init__()
        self.fc1, self.norm = td.Linear(2, 16, rng), td.LayerNorm(16)
        self.fc2 = td.Linear(16, 2, rng)

    def forward(self, x):
        return self.fc2(td.tanh(self.norm(self.fc1(x))))


x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])  # exclusive or
net = Mlp(td.Random(1))
adam = td.Adam(net.parameters(), lr=0.02)
tape = td.Tape()
for step in range(100):
    tape.rewind()
    adam.zero_grad()
    loss = td.cross_entropy(net(tape.input(x)), [0, 1, 1, 0])
    tape.backward(loss)
    adam.step()
print("learned:", loss.item() < 0.05)
# [train]

# [look]
tape.rewind()
loss = td.cross_entropy(net(tape.input(x)), [0, 1, 1, 0])
playback = tape.reverse(loss)  # backward, paused before its first adjoint
playback.until("norm")
norm = playback.here
print(norm.text, norm.rule, sep="\n")
print("its gradient:", norm.grad.shape, type(norm.grad).__name__)
playback.finish()
print("the first weights':", net.fc1.weight.grad.shape)
# [look]

# [check]
report = td.gradcheck(lambda x: td.tanh(x) * x, [np.array([0.3, -1.2])])
print(report.text.splitlines()[0])
# [check]

# [error]
try:
    td.matmul(tape.input(np.ones((2, 3))), tape.input(np.ones((2, 3))))
except td.ShapeError as error:
    print(error)
# [error]
