from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.importers.importing import Import
from tiktoktoe_cli.graph.importers.options import ImportOptions
from tiktoktoe_cli.graph.importers.report import report_of
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]
    Tree = dict[str, Any]  # YAML


def workload(
    name: str, *containers: Tree, kind: str = "Deployment", namespace: str = "", **more: Any
) -> Tree:
    """Make a workload whose pods are labelled with its name."""
    spec = {"containers": list(containers), "initContainers": more.pop("before", [])}
    pod: Tree = {"metadata": {"labels": {"app": name, **more.pop("labels", {})}}, "spec": spec}
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": {"template": pod, **more}}


def service(name: str, app: str, namespace: str = "") -> Tree:
    """Make a Service that selects pods by their label."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": {"app": app}}}


def told(**variables: str) -> Tree:
    """Make a container with variables."""
    return {"name": "main", "env": [{"name": key, "value": value} for key, value in variables.items()]}


def imported(write: Write, *objects: Tree, infer: bool = True) -> Import:
    """Import objects as documents of one file."""
    file = write("all.yaml", "\n---\n".join(map(json.dumps, objects)))
    return Import.of("kubernetes", file, options=ImportOptions(infer=infer))


@pytest.mark.parametrize(
    "kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"]
)
def test_workloads_become_services(write: Write, kind: str) -> None:
    """Whatever runs pods is one."""
    one = imported(write, workload("a", {"image": "x:1.2.3"}, kind=kind))

    assert one.services["a"]["version"] == "1.2.3"


def test_pods_and_cron_jobs_have_theirs_elsewhere(write: Write) -> None:
    """And in lists, too."""
    container = {"image": "x:1.2.3"}
    pod = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}, "spec": {"containers": [container]}}
    job = {"template": {"spec": {"containers": [container]}}}
    cron = {
        "kind": "CronJob",
        "apiVersion": "batch/v1",
        "metadata": {"name": "b"},
        "spec": {"jobTemplate": {"spec": job}},
    }

    one = imported(write, {"kind": "List", "apiVersion": "v1", "items": [pod, cron]})

    assert one.services == {"a": {"version": "1.2.3"}, "b": {"version": "1.2.3", "tags": ["cronjob"]}}


@pytest.mark.parametrize(
    ("host", "found"),
    [
        *(("db:5432", {"db"}), ("db.shop:5432", {"db"}), ("db.shop.svc:5432", {"db"})),
        *(("db.shop.svc.cluster.local:5432", {"db"}), ("db.other.svc.cluster.local:5432", {"db.other"})),
        *(
            ("db-0.db:5432", {"db"}),
            ("db-0.db.shop.svc.cluster.local:5432", {"db"}),
            ("db.nowhere:5432", set()),
        ),
        *(
            ("db.shop.example.org:5432", set()),
            ("database:5432", {"db"}),
            ("nobody:80", set()),
            ("api:80", set()),
        ),
    ],
)
def test_hosts_are_those_of_services_of_the_cluster(write: Write, host: str, found: set[str]) -> None:
    """A name alone is one of the same namespace; a workload without a Service has none."""
    one = imported(
        write,
        workload("api", told(X=host), namespace="shop"),
        workload("db", namespace="shop", kind="StatefulSet"),
        workload("db", namespace="other"),
        service("db", "db", "shop"),
        service("database", "db", "shop"),
        service("db", "db", "other"),
    )

    targets = {"db.shop": "db"}
    assert {targets.get(target, target) for _, target in one.edges()} == found


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("db.shop.svc.cluster.local", {"db"}),
        ("db.shop.svc.cluster.local.", {"db"}),
        ("db", set()),
        ("db.shop.svc", set()),
        ("db.example.org", set()),
    ],
)
def test_a_service_can_be_another_name_of_one(write: Write, host: str, found: set[str]) -> None:
    """An `ExternalName` is a whole name (RFC 1034, CNAME); one that is nobody's here is told of."""
    other = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "other", "namespace": "app"}}
    other["spec"] = {"type": "ExternalName", "externalName": host, "selector": {"app": "decoy"}}

    one = imported(
        write,
        workload("api", told(X="other:5432"), namespace="app"),
        workload("db", namespace="shop"),
        workload("decoy", namespace="app"),
        service("db", "db", "shop"),
        other,
    )

    assert one.edges() == {("api", name) for name in found}
    said = "the Service `other` is a name for a host that is none of these services"
    assert (said in one.said(RemarkKind.IGNORED)) is not bool(found)


@pytest.mark.parametrize(
    ("variables", "places"),
    [
        ({"DB_HOST": "db.example.org"}, ["DB_HOST"]),
        ({"URL": "https://user:sesame@example.org/x", "Q": "queue:5672"}, ["URL", "Q"]),
        ({"DB_ADDR": "10.1.2.3:5432"}, ["DB_ADDR"]),
        ({"EMPTY": "nobody:80"}, ["EMPTY"]),
        ({"DB_HOST": "db", "X": "api:80"}, []),
        ({"LISTEN_ADDR": "0.0.0.0:80", "HOST": "localhost", "A_URL": "http://127.0.0.1:80"}, []),
        ({"PEERS": "3", "DISABLE_SERVER": "true", "P_ADDR": ":8080", "H_HOST": "$(UNKNOWN)"}, []),
    ],
)
def test_hosts_of_others_are_told_of(write: Write, variables: dict[str, str], places: list[str]) -> None:
    """Each variable that names one, and never what it holds; nobody is another host to itself."""
    one = imported(
        write,
        workload("api", told(**variables)),
        workload("db"),
        *(service(name, name) for name in ("api", "db", "nobody")),
    )

    assert [words for words in one.said(RemarkKind.IGNORED) if "host" in words] == [
        f"`api` is told about a host that is none of these services, as the variable `{name}` of `main` says"
        for name in places
    ]


def test_variables_come_from_maps_and_from_each_other(write: Write) -> None:
    """`envFrom`, a key of a map, and `$(NAME)` of what stands above."""
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c"},
        "data": {"HOST": "db", "URL": "http://web"},
    }
    container = {
        "name": "main",
        "envFrom": [{"prefix": "DB_", "configMapRef": {"name": "c"}}],
        "env": [
            {"name": "Q", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "URL"}}},
            {"name": "H", "value": "queue"},
            {"name": "ADDRESS", "value": "$(H):5672"},
            {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        ],
        "args": ["--cache", "redis://cache:6379"],
    }
    names = ("db", "web", "queue", "cache")
    others = [part for name in names for part in (workload(name), service(name, name))]

    one = imported(write, workload("a", container), config, *others)

    assert one.edges("inferred") == {("a", name) for name in names}
    assert "`a` calls `cache`, as the command of `main` says" in one.said(RemarkKind.INFERRED)


def test_a_container_that_waits_before_the_others_orders_the_start(write: Write) -> None:
    """One that only does something first is a call like any other."""
    waiting = {"name": "w", "command": ["sh", "-c", "until nc -z db 5432; do sleep 1; done"]}
    working = {"name": "m", "command": ["migrate"], "env": [{"name": "QUEUE_HOST", "value": "queue"}]}
    names = ("db", "queue")
    others = [part for name in names for part in (workload(name), service(name, name))]

    one = imported(write, workload("a", told(DB="db:5432"), before=[waiting, working]), *others)

    assert one.services["a"]["depends_on"] == {
        "db": {"condition": "started", "evidence": "inferred"},
        "queue": {"kind": "runtime", "evidence": "inferred"},
    }


def need(cpu: str | None = None, memory: str | None = None, limit: str | None = None) -> Tree:
    """Make a container that needs something."""
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    return {"resources": {"requests": requests, "limits": {"memory": limit} if limit else {}}}


@pytest.mark.parametrize(
    ("together", "before", "resources"),
    [
        ([need("100m", "64Mi")], [], {"requests": {"cpu": "100m", "memory": "64Mi"}}),
        ([need("100m"), need("0.4", "1Gi")], [], {"requests": {"cpu": "500m", "memory": "1Gi"}}),
        ([need(limit="64Mi")], [], {"requests": {"memory": "64Mi"}, "limits": {"memory": "64Mi"}}),
        ([need(limit="64Mi"), need("1")], [], {"requests": {"cpu": "1", "memory": "64Mi"}}),
        ([need("100m")], [need("2", "1Gi")], {"requests": {"cpu": "2", "memory": "1Gi"}}),
        ([need("3")], [need("2")], {"requests": {"cpu": "3"}}),
        ([need("1")], [{**need("2"), "restartPolicy": "Always"}], {"requests": {"cpu": "3"}}),
        (
            [need(limit="1Gi")],
            [need(limit="3Gi")],
            {"requests": {"memory": "3Gi"}, "limits": {"memory": "3Gi"}},
        ),
        ([{}], [], None),
    ],
)
def test_a_pod_needs_what_its_containers_need(
    write: Write, together: list[Tree], before: list[Tree], resources: Tree | None
) -> None:
    """Those beside each other add up, those before need as much as the largest; a limit is a request without one."""
    one = imported(write, workload("a", *together, before=before))

    assert one.services["a"].get("resources") == resources


@pytest.mark.parametrize("text", ["128MB", "lots", "-1", "9223372036854775808", "18E", "8Ei"])
def test_amounts_that_are_none_are_told_of(write: Write, text: str) -> None:
    """With the place in the file."""
    one = imported(write, workload("a", need(memory=text)))

    assert one.services == {"a": {}}
    (words,) = one.said(RemarkKind.UNTRANSLATED)
    assert words.startswith("`requests.memory`: ")


def test_a_sum_that_no_configuration_can_hold_is_told_of(write: Write) -> None:
    """Two times 9E are more than 2^63 - 1; what one container alone requests is still added up."""
    one = imported(write, workload("a", need("1", memory="9E"), need("1", memory="9E")))

    assert one.services == {"a": {"resources": {"requests": {"cpu": "2"}}}}
    assert one.said(RemarkKind.UNTRANSLATED) == [
        "`requests.memory`: all containers add up to 18E, which is too large: the most is 2^63 - 1"
    ]


def test_replicas_groups_and_versions_are_those_that_are_written(write: Write) -> None:
    """Kubernetes' own labels come before the tag of an image."""
    labels = {"app.kubernetes.io/version": "v2.1.0", "app.kubernetes.io/part-of": "shop"}

    one = imported(write, workload("a", {"image": "x:9.9.9"}, labels=labels, replicas=3))

    assert one.services["a"] == {"version": "2.1.0", "group": "shop", "replicas": 3}


def autoscaler(target: str, **limits: int) -> Tree:
    """Make an autoscaler of a Deployment."""
    about = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "scaler"},
        "spec": {"scaleTargetRef": about, **limits},
    }


@pytest.mark.parametrize(
    ("declared", "limits", "replicas", "span"),
    [
        ({}, {"minReplicas": 3, "maxReplicas": 9}, 3, "3 to 9"),
        ({}, {"maxReplicas": 9}, 1, "1 to 9"),
        ({}, {"minReplicas": 2}, 2, "at least 2"),
        ({"replicas": 5}, {"minReplicas": 3, "maxReplicas": 9}, 5, "3 to 9"),
    ],
)
def test_an_autoscaler_keeps_at_least_so_many(
    write: Write, declared: Tree, limits: Tree, replicas: int, span: str
) -> None:
    """That counts where the workload does not say how many there are; `minReplicas` is 1 if it is not set."""
    one = imported(write, workload("a", **declared), autoscaler("a", **limits))

    assert one.services == {"a": {"replicas": replicas}}
    assert one.said(RemarkKind.CHANGED) == [
        f"`a` has {span} replicas, as its HorizontalPodAutoscaler decides; here it always has {replicas}"
    ]


def test_an_autoscaler_of_nobody_is_told_of(write: Write) -> None:
    """A workload of another kind is another one, also if it has the name."""
    one = imported(write, workload("a", kind="StatefulSet"), autoscaler("a", minReplicas=3))

    assert one.services == {"a": {}}
    assert "the HorizontalPodAutoscaler `scaler` is about none of these services" in one.said(
        RemarkKind.IGNORED
    )


def test_a_daemon_set_is_told_of(write: Write) -> None:
    """How many there are depends on the machines."""
    one = imported(write, workload("a", kind="DaemonSet"))

    assert one.services == {"a": {"tags": ["daemonset"]}}
    assert one.said(RemarkKind.CHANGED) == ["`a` runs once on each machine, which is one replica here"]


def test_readiness_is_told_of_once(write: Write) -> None:
    """Nothing here reaches into a cluster."""
    probe = {"readinessProbe": {"httpGet": {"path": "/", "port": 80}}}

    one = imported(write, workload("a", probe), workload("b", probe), workload("c"))

    (words,) = one.said(RemarkKind.UNTRANSLATED)
    assert words.endswith("`a` and `b`")


def test_other_kinds_are_one_remark_in_which_custom_ones_have_their_group(write: Write) -> None:
    """Each is named once."""
    kinds = (
        ("v1", "Secret"),
        ("v1", "Secret"),
        ("networking.k8s.io/v1", "Ingress"),
        ("argoproj.io/v1", "Rollout"),
    )
    objects = [{"apiVersion": version, "kind": kind, "metadata": {"name": "x"}} for version, kind in kinds]

    one = imported(write, *objects, workload("a"))

    assert one.said(RemarkKind.IGNORED)[-1] == (
        "objects of other kinds are not read: `Secret`, `Ingress` and `Rollout.argoproj.io`"
    )


def test_workloads_of_one_name_keep_apart(write: Write) -> None:
    """By their namespace, or by their kind; each other name is told of."""
    one = imported(
        write,
        workload("a", namespace="x"),
        workload("a", namespace="y"),
        workload("b"),
        workload("b", kind="Job"),
        workload("b", {"image": "x:1.0.0"}),
    )

    assert list(one.services) == ["a.x", "a.y", "b.deployment", "b.job"]
    assert one.services["b.deployment"] == {"version": "1.0.0"}
    assert len(one.said(RemarkKind.CHANGED)) == 5
    assert one.said(RemarkKind.CHANGED)[0] == "this Deployment `b` is there again, and the last one counts"


def test_what_is_no_object_is_told_of(write: Write) -> None:
    """With its place; the others are read."""
    one = imported(write, {"a": 1}, {"apiVersion": "v1", "kind": "Pod"}, workload("a", {"command": "x"}))

    assert one.said(RemarkKind.UNTRANSLATED) == [
        "this is no object of Kubernetes: it has no `kind`",
        "this Pod has no name",
        "`command`: it is written in an unknown way",
    ]
    assert [remark.place.line for remark in one.imported.remarks[:2]] == [1, 3]


def test_infers_nothing_if_nobody_wants_it(write: Write) -> None:
    """Then nothing depends on anything."""
    one = imported(write, workload("a", told(X="b:80")), workload("b"), service("b", "b"), infer=False)

    assert one.edges() == set()
    assert "`env`" in " ".join(one.said(RemarkKind.IGNORED))


@pytest.mark.parametrize(
    ("before", "remarks"),
    [([], 1), ([{"command": ["sh", "-c", "until nc -z b 80; do sleep 1; done"]}], 0)],
)
def test_says_how_to_look_at_calls_alone(write: Write, before: list[Tree], remarks: int) -> None:
    """What orders no start has other pictures; one dependency that does is enough to say nothing."""
    others = [part for name in ("b", "c") for part in (workload(name), service(name, name))]

    one = imported(write, workload("a", told(X="b:80", Y="c:80"), before=before), *others)

    found = report_of(one.imported, strict=False).remarks
    assert len(found) == remarks
    assert all("graph show --view tree" in words for words in found)


def test_files_and_folders_are_one_system(write: Write) -> None:
    """A Service of one file names a workload of another."""
    write("in/a.yaml", json.dumps(workload("a", told(X="b:80"))))
    write("in/b.yml", json.dumps(workload("b")))
    other = write("s.yaml", json.dumps(service("b", "b")))

    one = Import.of("kubernetes", write("in/x.txt", "").removesuffix("/x.txt"), other)

    assert one.edges() == {("a", "b")}
