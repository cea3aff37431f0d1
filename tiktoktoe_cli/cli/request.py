"""`tiktoktoe request`: send, list."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import request_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.cli.send_options import SendOptions, with_send_options
from tiktoktoe_cli.errors import ExitCode, Severity, UsageError
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.client import RequestFacts, Step
    from tiktoktoe_cli.client.session import SendInputs
    from tiktoktoe_cli.report import Progress
    from tiktoktoe_cli.system import System

app = make_group("request")


@add_command(
    app,
    "send",
    examples=(
        "tiktoktoe request send balance --dry-run",
        "tiktoktoe request send balance --repeat 50 --rate 10/s --dry-run",
        "tiktoktoe request send http://localhost/ --attempts 3 --dry-run",
        "tiktoktoe request send http://localhost/ --json '{\"id\": 7}' --dry-run",
    ),
)
@with_send_options
def send(
    desk: Desk,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="REQUEST",
            help="The name of a request, or an address; not needed where there is only one name.",
            autocompletion=request_names,
            show_default=False,
        ),
    ] = None,
    *,
    options: SendOptions,
) -> ExitCode:
    """Send a request through its policy, once or many times, and show each attempt and what the policy did.

    Without --policy or options that build one, the policy is the request's own, else `default` of the configuration,
    else none. The exit code is 0 if all requests were answered as expected, 1 if a fallback or another answer than
    the expected one came, 3 if there was none, or if not all could be kept that `--state` and `--output-body` ask
    for.
    """
    from tiktoktoe_cli.cli.bodies import open_body_file
    from tiktoktoe_cli.client.picture import draw_errand
    from tiktoktoe_cli.client.plan import plan_of
    from tiktoktoe_cli.client.report import report_of
    from tiktoktoe_cli.client.session import run_errand

    if options.output_body and options.output_body.name == "-":
        hint = "name a file, or read `body` of `-o json`"
        raise UsageError("`--output-body -`: standard output has the answer", hint=hint)
    if options.output_body and options.repeat > 1:
        raise UsageError("`--output-body` has room for one answer", hint="leave out `--repeat`")
    inputs = _inputs(desk, target, options)
    if options.dry_run:
        return desk.answer(plan_of(inputs))
    with ExitStack() as stack:
        file = stack.enter_context(open_body_file(options.output_body)) if options.output_body else None
        progress = stack.enter_context(desk.progress())
        should_stop = stack.enter_context(desk.stop_flag(progress))
        facts = run_errand(inputs, should_stop, _watcher(progress, inputs.request.name, options.repeat))
        facts = replace(facts, problems=facts.problems + (file.write(facts) if file else ()))
    report = report_of(facts)
    code = should_stop.exit_code if facts.stopped else facts.exit_code
    if any(problem.severity is Severity.ERROR for problem in report.problems):
        report, code = replace(report, ok=False), code or ExitCode.UNFINISHED
    drawing = draw_errand(facts, report, desk.terminal.answer_view, desk.terminal.options.verbosity)
    return desk.answer(report, code, drawing=drawing)


@add_command(app, "list", examples=("tiktoktoe request list", "tiktoktoe request list -o name"))
def list_requests(desk: Desk) -> ExitCode:
    """List the requests that can be sent by name, with the policy that each goes through."""
    from tiktoktoe_cli.client.listing import listing_of

    system = desk.load("policies", "requests")
    return desk.answer(listing_of(system["requests"], system["policies"]))


def _inputs(desk: Desk, target: str | None, options: SendOptions) -> SendInputs:
    """Bring together what is to be sent, and refuse what cannot be."""
    from random import SystemRandom

    from tiktoktoe_cli.cli.bodies import given_body
    from tiktoktoe_cli.client.fallbacks import find_fallback_faults
    from tiktoktoe_cli.client.overlay import OWN_POLICY, Said, read_said
    from tiktoktoe_cli.client.request import request_of
    from tiktoktoe_cli.client.sending import Pace
    from tiktoktoe_cli.client.session import SendInputs
    from tiktoktoe_cli.client.state_file import Patience
    from tiktoktoe_cli.transport import without_userinfo

    system = _system(desk, target, options)
    target = target or desk.choose_one(system["requests"], None, "request")
    address = {"url": target} if _is_address(target) else {}
    said = Said(without_userinfo(target), {**address, **options.settings}, options.layers)
    settings, own_policy = read_said(said, system.document)
    policies = system["policies"] | ({} if own_policy is None else {OWN_POLICY: own_policy})
    requests = system["requests"] | {said.name: settings}
    desk.refuse(find_fallback_faults(requests, policies, system.place))
    return SendInputs(
        request=request_of(said.name, settings, given_body(options)),
        policies=policies,
        requests=requests,
        random=SystemRandom(),
        patience=Patience(desk.terminal.say),
        pace=Pace(options.repeat, options.concurrency, options.interval_ns),
        state=options.state,
        place=None if _is_address(target) else system.place("requests", target),
        keep_alive=options.keep_alive,
        learn=system.document.mask.add,
    )


def _system(desk: Desk, target: str | None, options: SendOptions) -> System:
    """Read the configuration; an address needs none, and looks for one only where a policy may come from it.

    Raises:
        UsageError: if a name is in no configuration.
    """
    from tiktoktoe_cli.config import Document, discover
    from tiktoktoe_cli.errors import unknown
    from tiktoktoe_cli.system import System

    needs_none = _is_address(target) and not desk.config
    if needs_none and (options.layers is not None or not discover((), desk.environ)):
        system = System(Document(), "", {"policies": {}, "requests": {}})
        desk.terminal = desk.terminal.masking(system.document.mask.line)
        return system
    system = desk.load("policies", "requests", request=target)
    if target and not _is_address(target) and target not in system["requests"]:
        error = unknown(target, system.document.keys("requests"), "request")
        is_almost = any(mark in target for mark in "./:")
        hint = "an address starts with `http://` or `https://`" if is_almost else error.hint
        raise UsageError(error.message, hint=hint)
    return system


def _is_address(target: str | None) -> bool:
    return "://" in (target or "")


def _watcher(progress: Progress, name: str, repeat: int) -> OneWatcher | ManyWatcher:
    """Begin to watch; the watchers are the feature's observers."""
    if repeat == 1:
        progress.started(name, state="sending")
        return OneWatcher(progress, name)
    progress.started(name, state="sending", total=repeat, unit="requests")
    return ManyWatcher(progress, name)


@dataclass(frozen=True, slots=True)
class OneWatcher:
    """Shows what happens to a single request."""

    progress: Progress
    name: str

    def on_step(self, _number: int, step: Step) -> None:
        """Show how an attempt ended, or what the policy did."""
        self.progress.changed(self.name, f"{step.kind.value} {step.outcome}", step.detail)

    def on_wait(self, _number: int, duration_ns: int, reason: str) -> None:
        """Show how long it waits, and why."""
        self.progress.changed(self.name, "waiting", f"{duration(duration_ns / 1e9)}, {reason}")

    def on_end(self, request: RequestFacts) -> None:
        """Show how it ended."""
        self.progress.finished(self.name, request.ending.value, request.detail)


@dataclass(frozen=True, slots=True)
class ManyWatcher:
    """Counts requests, and shows where their breaker turns."""

    progress: Progress
    name: str

    def on_step(self, _number: int, step: Step) -> None:
        """Show a turn of the breaker; what happens to one of many is shown at the end."""
        if step.kind.value == "transition":
            self.progress.note(f"{self.name}: {step.detail}")

    def on_wait(self, _number: int, _duration_ns: int, _reason: str) -> None:
        """Pass over a wait."""

    def on_end(self, _request: RequestFacts) -> None:
        """Count on."""
        self.progress.advance(self.name)
