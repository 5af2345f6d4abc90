using System.Collections.Immutable;
using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Workloads;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Stacks;

[Collection(nameof(OneAtATime))]
public class PodTests
{
    // RestrictedPodsTests covers the restricted standard. This is what we require beyond it.
    [Fact]
    public async Task Every_container_has_a_read_only_root_an_image_by_digest_and_resources()
    {
        foreach (var container in (await RunAsync()).Pods().SelectMany(each => each.Pod.Spec.Containers))
        {
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Matches("@sha256:[0-9a-f]{64}$", container.Image);
            Assert.All((string[])["cpu", "memory"], key => Assert.Contains(key, container.Resources.Requests.Keys));
            Assert.All((string[])["memory", "ephemeral-storage"], key => Assert.Contains(key, container.Resources.Limits.Keys));
        }
    }

    [Fact]
    public async Task Every_pod_has_a_token_for_OCI_and_for_the_clusters_API()
    {
        var run = await RunAsync();
        Assert.Equal(
            [
                ("fraud-v1", true), ("fraud-v2", true), ("journal-backup", true), ("model-metrics", true), ("prediction-export", true),
                ("router", true), ("try-fraud", true),
            ],
            run.Pods().Select(each => (each.Owner, each.Pod.Spec.AutomountServiceAccountToken!.Value)).Order());
        Assert.All(run.Objects<V1ServiceAccount>(), account => Assert.False(account.AutomountServiceAccountToken));
        Assert.All(
            run.Pods(),
            each => Assert.Equal(
                each.Owner == "try-fraud" ? ClusterNames.Try
                    : each.Owner == ClusterNames.Router || IsJob(each.Owner) ? each.Owner
                    : "inference-fraud",
                each.Pod.Spec.ServiceAccountName));
    }

    [Fact]
    public async Task Each_model_has_an_account_of_its_own()
    {
        var run = await RunAsync("fraud: { stable: { version: 1 } }, churn: { stable: { version: 2 } }");

        Assert.Equal(
            [("churn-v2", "inference-churn"), ("fraud-v1", "inference-fraud")],
            run.Pods().Where(static each => each.Owner.Contains("-v", StringComparison.Ordinal))
                .Select(static each => (each.Owner, each.Pod.Spec.ServiceAccountName)).Order());
    }

    // A pod's node decides which security groups the pod is in.
    [Fact]
    public async Task With_nodes_of_their_own_routers_run_there_and_nothing_else_does()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Features + "\n  modelserving:network: { internetEgress: true }")
            .Replace("frankfurt-1.some }", "frankfurt-1.some, routerNodes: { min: 1, max: 2 } }", StringComparison.Ordinal));

        Assert.Equal(11, run.Pods().Count);
        Assert.All(run.Pods(), static each =>
        {
            var term = Assert.Single(each.Pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms);
            var rule = Assert.Single(term.MatchExpressions);
            Assert.Equal(
                ("modelserving/pool", each.Owner == ClusterNames.Router ? "In router" : "NotIn system router"),
                (rule.Key, $"{rule.OperatorProperty} {string.Join(' ', rule.Values)}"));
        });
    }

    [Fact]
    public async Task Every_pod_and_every_service_account_names_the_pull_secret()
    {
        var run = await RunAsync();
        Assert.All(Pods(run).Select(pod => pod.List("imagePullSecrets")), AssertPullSecret);
        Assert.All(
            run.OfType("kubernetes:core/v1:ServiceAccount").Select(account => account.Inputs.List("imagePullSecrets")),
            AssertPullSecret);
        var accounts = run.OfType("kubernetes:core/v1:ServiceAccount").Select(account => account.Name).ToHashSet();
        Assert.All(Pods(run), pod => Assert.Contains((string)pod["serviceAccountName"], accounts));
        var secret = run.Single("kubernetes:core/v1:Secret", ClusterNames.PullSecret);
        Assert.Equal("kubernetes.io/dockerconfigjson", secret.Inputs["type"]);
        Assert.Contains("examplespace/[secret]", (string)secret.Inputs.Map("stringData")[".dockerconfigjson"], StringComparison.Ordinal);

        static void AssertPullSecret(ImmutableArray<object> secrets) =>
            Assert.Equal(ClusterNames.PullSecret, ((ImmutableDictionary<string, object>)Assert.Single(secrets))["name"]);
    }

    [Fact]
    public async Task Every_Deployment_has_an_autoscaler_and_a_budget()
    {
        var run = await RunAsync();
        foreach (var deployment in run.OfType("kubernetes:apps/v1:Deployment"))
        {
            Assert.Equal(
                deployment.Name,
                run.Single("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", deployment.Name).Inputs.Map(
                    "spec",
                    "scaleTargetRef")["name"]);
            Assert.Equal(1d, run.Single("kubernetes:policy/v1:PodDisruptionBudget", deployment.Name).Inputs.Map("spec")["maxUnavailable"]);
        }
    }

    [Fact]
    public async Task A_host_reads_the_settings_that_it_is_started_with()
    {
        var run = await RunAsync();

        var router = new RouterSettings(Environment(run, "router"));
        Assert.Equal("kubernetes:modelserving/plan", router.Plan);
        Assert.Equal("dns:{model}-v{version}.modelserving.svc:8080", router.Endpoints);
        var inference = new InferenceSettings(Environment(run, "fraud-v2"));
        Assert.Equal(
            ("fraud", 2, "oci:examplespace/modelserving-some-artifacts"),
            (inference.Model!.Text, inference.Version!.Value.Number, inference.Registry));
        Assert.Equal("http://*:8080", inference.Urls);
        Assert.Equal(new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" }, inference.Oci);
        // The functions read the reports of versions, in the same cache and for the same environment.
        Assert.Equal((router.Cache!.ToString(), router.Environment), (inference.Cache!.ToString(), inference.Environment));
    }

    [Fact]
    public async Task A_hosts_environment_has_exactly_the_variables_of_its_settings()
    {
        var run = await RunAsync();

        Assert.Equal(new RouterSettings(Environment(run, "router")).ToEnvironment(), Variables(run, "router"));
        Assert.Equal(new InferenceSettings(Environment(run, "fraud-v2")).ToEnvironment(), Variables(run, "fraud-v2"));
    }

    [Theory]
    [InlineData("fraud: { stable: { version: 1 } }", 32)]
    [InlineData("fraud: { stable: { version: 1 }, batchRows: 8 }", 8)]
    [InlineData("fraud: { stable: { version: 1 }, batchRows: 1 }", 1)]
    public async Task A_versions_pods_run_as_many_rows_together_as_the_stack_file_says(string models, int rows) =>
        Assert.Equal(rows, new InferenceSettings(Environment(await RunAsync(models), "fraud-v1")).BatchRows);

    [Fact]
    public async Task The_SDK_finds_the_region_for_workload_identity() =>
        Assert.Equal("eu-frankfurt-1", Variables(await RunAsync(), "fraud-v2")["OCI_RESOURCE_PRINCIPAL_REGION"]);

    [Fact]
    public async Task A_region_that_the_SDK_does_not_know_is_described_to_every_pod()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(
            more: SomeStack.Features + "\n  modelserving:regionMetadata: { key: xyz }"));

        Assert.Equal(11, run.Pods().Count);
        Assert.All(run.Pods(), static each => Assert.Equal(
            """{"realmKey":"oc1","realmDomainComponent":"oraclecloud.com","regionKey":"xyz","regionIdentifier":"eu-frankfurt-1"}""",
            each.Pod.Spec.Containers.Single().Env.Single(static one => one.Name == "OCI_REGION_METADATA").Value));
        Assert.DoesNotContain("OCI_REGION_METADATA", Variables(await RunAsync(), "router").Keys);
    }

    [Fact]
    public async Task A_pod_has_time_to_drain_and_a_version_serves_until_the_plan_has_arrived()
    {
        foreach (var (owner, pod) in Servers(await RunAsync("fraud: { stable: { version: 1 }, deadline: 4m }")))
        {
            var container = Assert.Single(pod.Spec.Containers);
            var variables = container.Env.ToDictionary(variable => variable.Name, variable => variable.Value);
            var sleep = container.Lifecycle.PreStop.Sleep.Seconds;
            var drain = double.Parse(variables["MODELSERVING_DRAIN_TIMEOUT"], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal("0", variables["MODELSERVING_DRAIN_DELAY"]);
            Assert.True(drain >= 240, "a request in flight may take as long as its deadline");
            Assert.True(pod.Spec.TerminationGracePeriodSeconds > sleep + drain);
            Assert.True(
                sleep >= (owner == "router" ? DrainTimes.OfRouter(TimeSpan.Zero).Leave : DrainTimes.PlanPropagation).TotalSeconds,
                $"{owner} serves for only {sleep} s after it starts to terminate");
        }
    }

    [Fact]
    public async Task Probes_query_the_hosts_health()
    {
        foreach (var (_, pod) in Servers(await RunAsync()))
        {
            var container = Assert.Single(pod.Spec.Containers);
            Assert.Equal("/health/live", container.StartupProbe.HttpGet.Path);
            Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
            Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
            Assert.All(
                [container.StartupProbe, container.LivenessProbe, container.ReadinessProbe],
                probe => Assert.Contains(container.Ports, port => port.Name == (string)probe.HttpGet.Port));
            Assert.Equal(
                ["kubernetes.io/hostname", "oci.oraclecloud.com/fault-domain", "topology.kubernetes.io/zone"],
                pod.Spec.TopologySpreadConstraints.Select(spread => spread.TopologyKey).Order());
        }
    }

    [Fact]
    public async Task A_new_pod_is_ready_before_an_old_one_is_stopped() =>
        Assert.All((await RunAsync()).Objects<V1Deployment>(), deployment =>
    {
        Assert.Equal("0", (string)deployment.Spec.Strategy.RollingUpdate.MaxUnavailable);
        Assert.Equal("25%", (string)deployment.Spec.Strategy.RollingUpdate.MaxSurge);
    });

    [Fact]
    public async Task Services_budgets_and_spread_select_the_pods_of_their_own_name()
    {
        var run = await RunAsync();
        foreach (var deployment in run.Objects<V1Deployment>())
        {
            var labels = deployment.Spec.Template.Metadata.Labels;
            Assert.Equal(labels, deployment.Spec.Selector.MatchLabels);
            Assert.Equal(
                labels,
                run.Objects<V1Service>().Single(service => service.Metadata.Name == deployment.Metadata.Name).Spec.Selector);
            Assert.Equal(
                labels,
                run.Objects<V1PodDisruptionBudget>().Single(
                    budget => budget.Metadata.Name == deployment.Metadata.Name).Spec.Selector.MatchLabels);
            Assert.All(
                deployment.Spec.Template.Spec.TopologySpreadConstraints,
                spread => Assert.Equal(labels, spread.LabelSelector.MatchLabels));
        }

        Assert.Equal(
            3,
            run.Objects<V1Deployment>()
                .Select(deployment => string.Join(',', deployment.Spec.Selector.MatchLabels.OrderBy(pair => pair.Key)))
                .Distinct()
                .Count());
    }

    [Fact]
    public async Task Every_pod_mounts_only_scratch_and_its_spool_and_the_router_its_clients_too()
    {
        var run = await RunAsync();
        foreach (var (owner, pod) in run.Pods())
        {
            var volumes = pod.Spec.Volumes.ToDictionary(volume => volume.Name);
            var mounts = Assert.Single(pod.Spec.Containers).VolumeMounts;
            Assert.Equal(volumes.Keys.Order(), mounts.Select(mount => mount.Name).Order());
            Assert.Equal(
                owner == "router" ? [MountPaths.ClientsFolder] : [],
                mounts.Where(mount => mount.ReadOnlyProperty == true).Select(mount => mount.MountPath));
            var writable = mounts.Where(mount => mount.ReadOnlyProperty != true).ToList();
            Assert.Equal(
                IsJob(owner) ? [MountPaths.Scratch] : [MountPaths.Scratch, MountPaths.Spool],
                writable.Select(mount => mount.MountPath));
            Assert.All(writable, mount => Assert.NotNull(volumes[mount.Name].EmptyDir.SizeLimit));
        }
    }

    [Fact]
    public async Task The_routers_load_balancer_is_internal_and_has_its_own_group()
    {
        var run = await RunAsync();
        var service = Assert.Single(
            run.OfType("kubernetes:core/v1:Service"),
            service => Equals(service.Inputs.Map("spec").GetValueOrDefault("type"), "LoadBalancer"));
        var annotations = service.Inputs.Map("metadata", "annotations");
        Assert.Equal("nlb", annotations["oci.oraclecloud.com/load-balancer-type"]);
        Assert.Equal("true", annotations["oci-network-load-balancer.oraclecloud.com/internal"]);
        Assert.Equal("network-load-balancer-id", annotations["oci-network-load-balancer.oraclecloud.com/oci-network-security-groups"]);
        Assert.Equal("None", annotations["oci.oraclecloud.com/security-rule-management-mode"]);
        Assert.All(
            run.OfType("kubernetes:core/v1:Service").Where(other => other != service),
            other => Assert.Equal("None", other.Inputs.Map("spec")["clusterIP"]));
    }

    private static IEnumerable<(string Owner, V1PodTemplateSpec Pod)> Servers(RenderedStack run) =>
        run.Pods().Where(static each => !IsJob(each.Owner));

    private static bool IsJob(string owner) => owner is ClusterNames.ModelMetrics or ClusterNames.Export or ClusterNames.JournalBackup
        || owner.StartsWith(ClusterNames.Try, StringComparison.Ordinal);

    private static HostEnvironment Environment(RenderedStack run, string deployment) => new(Variables(run, deployment).GetValueOrDefault);

    private static Dictionary<string, string> Variables(RenderedStack run, string deployment)
    {
        var container = (ImmutableDictionary<string, object>)Pod(run.Single("kubernetes:apps/v1:Deployment", deployment))
            .List("containers")
            .Single();
        return container.List("env")
            .Cast<ImmutableDictionary<string, object>>()
            .ToDictionary(pair => (string)pair["name"], pair => (string)pair["value"]);
    }

    private static Task<RenderedStack> RunAsync(string models = SomeStack.Canary) => SomeStack.OfModelsAsync(models);

    private static List<ImmutableDictionary<string, object>> Pods(RenderedStack run)
    {
        var pods = run.OfType("kubernetes:apps/v1:Deployment").Select(Pod).ToList();
        Assert.NotEmpty(pods);
        return pods;
    }

    private static ImmutableDictionary<string, object> Pod(RenderedResource deployment) =>
        deployment.Inputs.Map("spec", "template", "spec");
}
