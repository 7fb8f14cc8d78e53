import torch
from torch import nn

from dvt.optim import Average, Optimizers, orthogonal, rate_factor


def test_newton_schulz_brings_all_singular_values_near_one():
    matrices = torch.randn(3, 24, 16, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert values.min() > 0.5 and values.max() < 1.4


def test_muon_takes_the_blocks_matrices_and_adamw_the_rest():
    model = nn.ModuleDict({"blocks": nn.ModuleList([nn.Linear(4, 12)]), "head": nn.Linear(4, 3)})
    muon, adamw = Optimizers(model, "muon", 1e-3, 2e-3, 0.05, fresh={"head.weight"}).all
    assert [p.shape for g in muon.param_groups for p in g["params"]] == [(12, 4)]
    by_rate = {g["base"]: [tuple(p.shape) for p in g["params"]] for g in adamw.param_groups}
    assert by_rate[4e-3] == [(3, 4)]
    assert {g["weight_decay"] for g in adamw.param_groups if all(p.ndim == 1 for p in g["params"])} == {0.0}


def test_a_matrix_in_a_batch_moves_as_it_would_alone():
    def moved(names):
        torch.manual_seed(1)
        blocks = nn.ModuleDict({name: nn.Linear(6, 6, bias=False) for name in "ab"})
        model = nn.ModuleDict({"blocks": blocks, "head": nn.Linear(6, 2)})
        gradients = {name: torch.randn(6, 6) for name in "ab"}
        optimizers = Optimizers(model, "muon", 1e-3, 1e-2, 0.0)
        for name in names:
            blocks[name].weight.grad = gradients[name].clone()
        optimizers.step(1.0, 1e9)
        return blocks["a"].weight.detach()

    assert torch.allclose(moved("ab"), moved("a"), atol=1e-6)


def test_the_rate_warms_up_and_falls_along_a_cosine():
    factors = [rate_factor(share / 100) for share in range(101)]
    assert factors[0] < 0.05 and max(factors) <= 1 and factors[5] > 0.99 and abs(factors[-1] - 0.01) < 1e-6
    assert factors[:6] == sorted(factors[:6]) and factors[6:] == sorted(factors[6:], reverse=True)


def test_the_average_follows_the_weights():
    model, copy = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = Average(model, copy, decay=0.5)
    nn.init.ones_(model.weight)
    average.update()  # decay min(0.5, 1/10)
    assert abs(copy.weight.item() - 0.9) < 1e-6
    average.updates = 100
    average.update()
    assert abs(copy.weight.item() - 0.95) < 1e-6
