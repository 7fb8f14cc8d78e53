"""One training run: steps, held-out accuracy, and a state to go on from at any moment."""

import signal
import time
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import torch
from torch.nn import functional as F

from dvt import checkpoint
from dvt.augment import Augment, Recipe, mix
from dvt.errors import TrainingError
from dvt.evaluate import accuracy_of, logits_of
from dvt.optim import Average, Optimizers, rate_factor
from dvt.progress import Progress

SAVE_SECONDS = 120
LOOK_EVERY, LOOK_SECONDS = 20, 30  # steps, or time, between looks at the loss; each look waits for the device
LOCAL = ("output", "data", "holdout", "device", "compile", "stop_after", "bfloat16", "evaluate_every", "release_dtype")


def every_exit(model, x, targets, generator):
    """@return the cross-entropy of every exit, [exits] (Eq. 1 is their sum)"""
    return torch.stack([F.cross_entropy(exit_logits.float(), targets) for exit_logits in model(x)])


class Trainer:
    """Every step draws its pictures and its augmentation from (seed, step) alone, so an interrupted run that goes on
    gives the weights of an uninterrupted one.

    @param args plain values; they are stored in every file (train.py lists them)
    @param fresh names of new parts of a grown model, which learn `fresh_factor` times as fast
    @param teacher (model, weight) whose last exit softens the targets, or None
    @param objective (model, x, targets, generator) to a vector of losses, whose sum is minimised
    """

    def __init__(self, model, train, holdout, args, device, fresh=frozenset(), fresh_factor=4.0, teacher=None, objective=None, progress=None):
        self.args, self.device = dict(args), torch.device(device)
        self.model, self.train, self.holdout = model.to(self.device), train.to(self.device), holdout
        self.average = Average(self.model, deepcopy(self.model), args["ema"])
        self.optimizers = Optimizers(self.model, args["optimizer"], args["rate"], args["matrix_rate"], args["weight_decay"], fresh, fresh_factor)
        recipe = Recipe(args["crop"], args["operations"], args["strength"], args["mix"])
        self.augment = Augment(recipe, model.geometry.image_size)
        self.teacher = teacher and (teacher[0].to(self.device).eval(), teacher[1])
        self.objective = objective or every_exit
        self.progress = progress or Progress()
        self.folder = Path(args["output"])
        self.batch = min(args["batch"], len(train))
        self.epoch_steps = len(train) // self.batch
        self.generator = torch.Generator(self.device)
        self.mean, self.std = (torch.tensor(args[name], device=self.device)[None, :, None, None] for name in ("mean", "std"))
        self.step, self.seconds, self.history, self.last_losses, self.stopping = 0, 0.0, [], [], False
        self.order = (None, None)
        if args["compile"]:
            self._compile()

    # ---- going on ----

    @property
    def state_file(self):
        return self.folder / "last.pt"

    def save(self):
        checkpoint.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.copy.state_dict(),
                "updates": self.average.updates,
                "optimizers": self.optimizers.state_dict(),
                "step": self.step,
                "seconds": self.seconds,
                "history": self.history,
                "args": self.args,
            },
            self.state_file,
        )

    def resume(self):
        """Goes on from the folder's last state, if there is one. @return whether there was"""
        if not self.state_file.exists():
            return False
        state = checkpoint.load(self.state_file)
        differing = [key for key in self.args if key not in LOCAL and state["args"].get(key) != self.args[key]]
        if differing:
            got = ", ".join(f"{key} {state['args'].get(key)}" for key in differing)
            wanted = ", ".join(f"{key} {self.args[key]}" for key in differing)
            raise TrainingError(f"state: {self.state_file}: {got} (expected: {wanted}; or name another --output)")
        self.model.load_state_dict(state["model"])
        self.average.copy.load_state_dict(state["average"])
        self.average.updates = state["updates"]
        self.optimizers.load_state_dict(state["optimizers"])
        self.step, self.seconds, self.history = state["step"], state["seconds"], state["history"]
        return True

    # ---- running ----

    @property
    def share(self):
        """How much of the run is done, 0..1."""
        if self.args["minutes"]:
            return min(self.seconds / (60 * self.args["minutes"]), 1.0)
        steps = self.args["epochs"] * self.epoch_steps
        return min(self.step / steps, 1.0) if steps else 1.0

    def run(self, seconds=None):
        """Trains to the end, to Ctrl-C, or for `seconds`; saves in each case. @return whether the run is finished"""
        started = saved = seen = time.monotonic()
        looked, done_before, base = [], self.step, self.seconds
        with self._interruptible():
            while self.share < 1 and not self.stopping:
                looked.append(self._step())
                self.step += 1
                now = time.monotonic()
                self.seconds = base + now - started
                finished_epoch = self.step % self.epoch_steps == 0
                if len(looked) == LOOK_EVERY or finished_epoch or now - seen > LOOK_SECONDS:
                    self._look(looked, (self.step - done_before) * self.batch / (now - started))
                    looked, seen = [], now
                if finished_epoch and (self.step // self.epoch_steps) % self.args["evaluate_every"] == 0:
                    self._evaluate()
                if now - saved > SAVE_SECONDS:
                    self._look(looked, None)
                    looked = []
                    self.save()
                    saved = time.monotonic()
                if seconds is not None and now - started > seconds:
                    break
        self._look(looked, None)
        self.save()
        return self.share >= 1

    def warm_up(self, steps):
        """Steps that only measure. @return their seconds"""
        self._wait()
        started = time.monotonic()
        for _ in range(steps):
            self._step()
            self.step += 1
        self._wait()
        return time.monotonic() - started

    def finish(self, dtype=torch.float16):
        """Writes the release: averaged weights, rounded, with the held-out accuracy of just these. @return its path"""
        rounded = deepcopy(self.average.copy)
        for parameter in rounded.parameters():
            parameter.data = parameter.data.to(dtype).float()
        accuracy = self._accuracy(rounded)
        facts = {"epochs_done": round(self.step / self.epoch_steps, 2), "steps": self.step, "seconds": round(self.seconds), "history": self.history}
        path = self.folder / "model.pth.tar"
        content = checkpoint.release(rounded.state_dict(), self.model.geometry, {**self.args, **facts, "trained_on": self._device_name()}, accuracy, dtype)
        checkpoint.save(content, path)
        return path, accuracy

    def _step(self):
        """@return the losses that add up, one per exit unless the objective has others, on the device"""
        generator = self.generator.manual_seed(self.args["seed"] * 1_000_003 + self.step)
        chosen = self._chosen()
        x = self.augment(self.train.images[chosen], generator)
        targets = F.one_hot(self.train.labels[chosen], self.model.geometry.classes).float()
        if self.share < self.args["mix_until"]:
            x, targets = mix(x, targets, self.args["mix"], generator)
        x = (x - self.mean) / self.std
        smooth = self.args["smoothing"]
        targets = targets * (1 - smooth) + smooth / targets.shape[1]
        with self._autocast():
            if self.teacher:
                targets = self._taught(x, targets)
            losses = self.objective(self.model, x, targets, generator)
        losses.sum().backward()
        self.optimizers.step(rate_factor(self.share), self.args["clip"])
        self.average.update()
        return losses.detach()

    def _chosen(self):
        epoch, place = divmod(self.step, self.epoch_steps)
        if self.order[0] != epoch:
            shuffle = torch.Generator().manual_seed(self.args["seed"] * 1_000_003 + epoch)
            self.order = epoch, torch.randperm(len(self.train), generator=shuffle).to(self.device)
        return self.order[1][place * self.batch : (place + 1) * self.batch]

    @torch.no_grad()
    def _taught(self, x, targets):
        model, weight = self.teacher
        return (1 - weight) * targets + weight * model(x)[-1].float().softmax(-1)

    def _look(self, losses, rate):
        if not losses:
            return
        means = torch.stack(losses).mean(0).tolist()
        if not all(abs(loss) < float("inf") for loss in means):
            good = f"{self.state_file} holds the last good state" if self.state_file.exists() else "no state was saved yet"
            raise TrainingError(f"loss: {means} at step {self.step} (expected: finite numbers; try a lower --rate; {good})")
        if rate:
            share = self.share
            left = self.seconds * (1 - share) / share if share else 0
            text = f"epoch {self.step / self.epoch_steps:.2f}  loss {' '.join(f'{loss:.3f}' for loss in means)}"
            self.progress.show(share, rate, left, text)
        self.last_losses = means

    def _evaluate(self):
        accuracy = self._accuracy(self.average.copy)
        epoch = self.step // self.epoch_steps
        self.history.append({"epoch": epoch, "loss": [round(loss, 4) for loss in self.last_losses], "held_out": [round(a, 4) for a in accuracy]})
        self.progress.say(f"epoch {epoch}: held-out accuracy {' '.join(f'{a:.2%}' for a in accuracy)}  loss {' '.join(f'{x:.3f}' for x in self.last_losses)}")

    def _accuracy(self, model):
        logits = logits_of(model, self.holdout, self.args["mean"], self.args["std"])
        return accuracy_of(logits, self.holdout.labels)

    # ---- device ----

    def _autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.args["bfloat16"])

    def _compile(self):
        """Compiles block by block: equal blocks share one program. Falls back to eager where that fails."""
        try:
            torch._dynamo.config.cache_size_limit = 64
            for stage in self._compiled():
                for block in stage.blocks:
                    block.compile(dynamic=False)
            size, classes = self.model.geometry.image_size, self.model.geometry.classes
            x, targets = torch.zeros(self.batch, 3, size, size, device=self.device), torch.full((self.batch, classes), 1 / classes, device=self.device)
            with self._autocast():
                targets = self._taught(x, targets) if self.teacher else targets
                losses = self.objective(self.model, x, targets, self.generator)
            losses.sum().backward()
            self.model.zero_grad(set_to_none=True)
        except Exception as error:  # any failure of the compiler leaves a working eager model
            self.progress.say(f"compile: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}: going on without")
            self.model.zero_grad(set_to_none=True)
            for stage in self._compiled():
                for block in stage.blocks:
                    block._compiled_call_impl = None

    def _compiled(self):
        """@return the stages whose blocks are compiled: the model's, and its teacher's"""
        return [*self.model.parts(), *(self.teacher[0].parts() if self.teacher else ())]

    def _wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def _device_name(self):
        return torch.cuda.get_device_name() if self.device.type == "cuda" else "CPU"

    @contextmanager
    def _interruptible(self):
        """The first Ctrl-C, or `kill`, ends the step in progress and saves; the second one is as always."""
        before = {}

        def stop(number, frame):
            self.stopping = True
            restore()

        def restore():
            for number, handler in before.items():
                signal.signal(number, handler)

        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                before[number] = signal.signal(number, stop)
        except ValueError:  # not in the main thread
            yield
            return
        try:
            yield
        finally:
            restore()
