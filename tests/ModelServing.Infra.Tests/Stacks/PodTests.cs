using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Stacks;

[Collection(nameof(OneAtATime))]
public class PodTests
{
    [Fact]
    public async Task Every_pod_is_restricted()
    {
        var run = await RunAsync();
        foreach (var pod in Pods(run))
        {
            var security = pod.Map("securityContext");
            Assert.Equal(true, security["runAsNonRoot"]);
            Assert.NotEqual(0d, security["runAsUser"]);
            Assert.Equal("RuntimeDefault", security.Map("seccompProfile")["type"]);
            foreach (var forbidden in (string[])["hostNetwork", "hostPID", "hostIPC"])
                Assert.DoesNotContain(forbidden, pod.Keys);
            Assert.All(pod.List("volumes"), volume => Assert.DoesNotContain("hostPath", ((ImmutableDictionary<string, object>)volume).Keys));
            foreach (var container in pod.List("containers").Concat(pod.List("initContainers")).Cast<ImmutableDictionary<string, object>>())
            {
                var own = container.Map("securityContext");
                Assert.Equal(false, own["allowPrivilegeEscalation"]);
                Assert.Equal(false, own["privileged"]);
                Assert.Equal(true, own["readOnlyRootFilesystem"]);
                Assert.Equal(["ALL"], own.Map("capabilities").List("drop"));
                Assert.DoesNotContain("add", own.Map("capabilities").Keys);
                Assert.Matches("@sha256:[0-9a-f]{64}$", (string)container["image"]);
                Assert.All((string[])["cpu", "memory"], key => Assert.Contains(key, container.Map("resources", "requests").Keys));
                Assert.Contains("memory", container.Map("resources", "limits").Keys);
            }
        }

        var labels = run.Single("kubernetes:core/v1:Namespace", ClusterNames.Namespace).Inputs.Map("metadata", "labels");
        Assert.Equal("restricted", labels["pod-security.kubernetes.io/enforce"]);
    }

    [Fact]
    public async Task Every_pod_and_every_service_account_names_the_pull_secret()
    {
        var run = await RunAsync();
        Assert.All(Pods(run).Select(pod => pod.List("imagePullSecrets")), AssertPullSecret);
        Assert.All(run.Of("kubernetes:core/v1:ServiceAccount").Select(account => account.Inputs.List("imagePullSecrets")), AssertPullSecret);
        var accounts = run.Of("kubernetes:core/v1:ServiceAccount").Select(account => account.Name).ToHashSet();
        Assert.All(Pods(run), pod => Assert.Contains((string)pod["serviceAccountName"], accounts));
        var secret = Assert.Single(run.Of("kubernetes:core/v1:Secret"));
        Assert.Equal("kubernetes.io/dockerconfigjson", secret.Inputs["type"]);
        Assert.Contains("examplespace/[secret]", (string)secret.Inputs.Map("stringData")[".dockerconfigjson"], StringComparison.Ordinal);

        static void AssertPullSecret(ImmutableArray<object> secrets) => Assert.Equal(ClusterNames.PullSecret, ((ImmutableDictionary<string, object>)Assert.Single(secrets))["name"]);
    }

    [Fact]
    public async Task Replicas_are_the_autoscalers()
    {
        var run = await RunAsync();
        foreach (var deployment in run.Of("kubernetes:apps/v1:Deployment"))
        {
            Assert.DoesNotContain("replicas", deployment.Inputs.Map("spec").Keys);
            Assert.Equal(deployment.Name, run.Single("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", deployment.Name).Inputs.Map("spec", "scaleTargetRef")["name"]);
            Assert.Equal(1d, run.Single("kubernetes:policy/v1:PodDisruptionBudget", deployment.Name).Inputs.Map("spec")["maxUnavailable"]);
        }
    }

    [Fact]
    public async Task A_host_reads_back_what_it_is_started_with()
    {
        var run = await RunAsync();

        var router = new RouterSettings(Environment(run, "router"));
        Assert.Equal("file:/etc/modelserving/plan/plan.json", router.Plan);
        Assert.Equal("dns:{model}-v{version}.modelserving.svc:8080", router.Endpoints);
        var inference = new InferenceSettings(Environment(run, "fraud-v2"));
        Assert.Equal(("fraud", 2, "oci:examplespace/modelserving-some-artifacts"), (inference.Model.Text, inference.Version.Number, inference.Registry));
        Assert.Equal("http://*:8080", inference.Urls);
        Assert.Equal(new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" }, inference.Oci);
    }

    [Fact]
    public async Task A_hosts_environment_is_what_its_settings_write_and_nothing_else()
    {
        var run = await RunAsync();

        Assert.Equal(new RouterSettings(Environment(run, "router")).ToEnvironment(), Variables(run, "router"));
        Assert.Equal(new InferenceSettings(Environment(run, "fraud-v2")).ToEnvironment(), Variables(run, "fraud-v2"));
    }

    [Fact]
    public async Task The_sdk_finds_the_region_of_a_workload_identity_where_it_looks() =>
        Assert.Equal("eu-frankfurt-1", Variables(await RunAsync(), "fraud-v2")["OCI_RESOURCE_PRINCIPAL_REGION"]);

    [Fact]
    public async Task A_pod_has_the_time_that_its_host_takes_to_drain()
    {
        foreach (var pod in Pods(await RunAsync("fraud: { stable: { version: 1 }, deadline: 4m }")))
        {
            var container = (ImmutableDictionary<string, object>)Assert.Single(pod.List("containers"));
            var variables = container.List("env").Cast<ImmutableDictionary<string, object>>().ToDictionary(pair => (string)pair["name"], pair => (string)pair["value"]);
            var sleep = (double)container.Map("lifecycle", "preStop", "sleep")["seconds"];
            var drain = double.Parse(variables["MODELSERVING_DRAIN_TIMEOUT"], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal("0", variables["MODELSERVING_DRAIN_DELAY"]);
            Assert.True(drain >= 240, "a request in flight may take as long as its deadline");
            Assert.True((double)pod["terminationGracePeriodSeconds"] > sleep + drain);
        }
    }

    [Fact]
    public async Task Probes_ask_the_hosts_health()
    {
        foreach (var pod in Pods(await RunAsync()))
        {
            var container = (ImmutableDictionary<string, object>)Assert.Single(pod.List("containers"));
            Assert.Equal("/health/live", container.Map("livenessProbe", "httpGet")["path"]);
            Assert.Equal("/health/ready", container.Map("readinessProbe", "httpGet")["path"]);
            Assert.Equal(2, pod.List("topologySpreadConstraints").Length);
        }
    }

    [Fact]
    public async Task The_routers_load_balancer_is_internal_and_has_its_own_group()
    {
        var run = await RunAsync();
        var service = Assert.Single(run.Of("kubernetes:core/v1:Service"), service => Equals(service.Inputs.Map("spec").GetValueOrDefault("type"), "LoadBalancer"));
        var annotations = service.Inputs.Map("metadata", "annotations");
        Assert.Equal("nlb", annotations["oci.oraclecloud.com/load-balancer-type"]);
        Assert.Equal("true", annotations["oci-network-load-balancer.oraclecloud.com/internal"]);
        Assert.Equal("network-load-balancer-id", annotations["oci-network-load-balancer.oraclecloud.com/oci-network-security-groups"]);
        Assert.Equal("None", annotations["oci.oraclecloud.com/security-rule-management-mode"]);
        Assert.All(run.Of("kubernetes:core/v1:Service").Where(other => other != service), other => Assert.Equal("None", other.Inputs.Map("spec")["clusterIP"]));
    }

    private static HostEnvironment Environment(RenderedStack run, string deployment) => new(Variables(run, deployment).GetValueOrDefault);

    private static Dictionary<string, string> Variables(RenderedStack run, string deployment)
    {
        var container = (ImmutableDictionary<string, object>)Pod(run.Single("kubernetes:apps/v1:Deployment", deployment)).List("containers").Single();
        return container.List("env").Cast<ImmutableDictionary<string, object>>().ToDictionary(pair => (string)pair["name"], pair => (string)pair["value"]);
    }

    private static Task<RenderedStack> RunAsync(string models = SomeStack.Canary) => SomeStack.OfModelsAsync(models);

    private static List<ImmutableDictionary<string, object>> Pods(RenderedStack run)
    {
        var pods = run.Of("kubernetes:apps/v1:Deployment").Select(Pod).ToList();
        Assert.NotEmpty(pods);
        return pods;
    }

    private static ImmutableDictionary<string, object> Pod(RenderedResource deployment) => deployment.Inputs.Map("spec", "template", "spec");
}
