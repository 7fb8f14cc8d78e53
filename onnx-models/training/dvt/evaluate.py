"""Logits of all exits over pictures, and what follows from them."""

import torch


@torch.no_grad()
def logits_of(model, pictures, mean, std, batch=250, bfloat16=False):
    """@return float32 [exits, n, classes] on the CPU; float32 arithmetic unless told otherwise"""
    model.eval()
    device = next(model.parameters()).device
    mean, std = (torch.tensor(values, device=device)[None, :, None, None] for values in (mean, std))
    rows = []
    for start in range(0, len(pictures), batch):
        x = (pictures.images[start : start + batch].to(device).float() / 255 - mean) / std
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
            rows.append(torch.stack(model(x)).float().cpu())
    return torch.cat(rows, 1)


def accuracy_of(logits, labels):
    """@return per exit, 0..1"""
    return [float((exit_logits.argmax(1) == labels.cpu()).float().mean()) for exit_logits in logits]
