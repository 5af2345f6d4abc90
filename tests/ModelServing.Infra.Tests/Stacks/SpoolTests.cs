using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Workloads;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>The prediction log in the pods of routers and versions.</summary>
[Collection(nameof(OneAtATime))]
public class SpoolTests
{
    private const string Variable = "MODELSERVING_PREDICTIONS";

    [Fact]
    public async Task A_pod_has_a_spool_on_its_nodes_disk_and_the_disk_that_it_needs()
    {
        var pods = Servers(await RunAsync("")).ToList();
        Assert.Equal(["fraud-v1", "router"], pods.Select(static each => each.Owner).Order());
        foreach (var (_, pod) in pods)
        {
            var volume = pod.Spec.Volumes.Single(static volume => volume.Name == "spool").EmptyDir;
            Assert.Null(volume.Medium);
            // 1 GiB with a quarter to spare, and 512 MiB for what is set aside.
            Assert.Equal("1792Mi", volume.SizeLimit.ToString());
            var container = Assert.Single(pod.Spec.Containers);
            Assert.Equal(
                MountPaths.Spool, container.VolumeMounts.Single(static mount => mount.Name == "spool").MountPath);
            Assert.Equal("1280Mi", container.Resources.Requests["ephemeral-storage"].ToString());
            Assert.Equal("3840Mi", container.Resources.Limits["ephemeral-storage"].ToString());
        }
    }

    [Fact]
    public async Task A_host_logs_as_the_stack_file_says()
    {
        var run = await RunAsync(
            "modelserving:predictions: { mode: disk, whenFull: refuse, spoolBytes: 2097153, retentionDays: 7 }",
            "predictions: { sample: 25, drop: [card], hash: [] }");
        foreach (var (owner, pod) in Servers(run))
        {
            var variables = Variables(pod);
            Assert.Equal("nosql:ocid1.compartment.oc1..some/modelserving_some_predictions", variables[Variable]);
            Assert.Equal(MountPaths.Spool, variables[$"{Variable}_SPOOL"]);
            Assert.Equal(
                ("disk", "true", "2097153"),
                (variables[$"{Variable}_MODE"], variables[$"{Variable}_REFUSE_WHEN_FULL"], variables[$"{Variable}_SPOOL_BYTES"]));
            Assert.Equal(owner == "router" ? "10000" : "2500", variables[$"{Variable}_SAMPLE"]);
            Assert.Equal(owner == "router" ? null : "[\"card\"]", variables.GetValueOrDefault($"{Variable}_DROP"));
            Assert.DoesNotContain(PredictionLogSettings.HashKeyVariable, variables.Keys);
            // Whole mebibytes, so that a small spool has no less than it needs.
            Assert.Equal("515Mi", pod.Spec.Volumes.Single(static volume => volume.Name == "spool").EmptyDir.SizeLimit.ToString());
        }

        Assert.DoesNotContain(run.OfType("kubernetes:core/v1:Secret"), static secret => secret.Name == ClusterNames.HashKey);
    }

    [Fact]
    public async Task The_key_of_hashes_is_in_a_Secret_only()
    {
        var run = await RunAsync("modelserving:predictions: { hashKey: { secure: v1:x } }");
        var secret = run.Single("kubernetes:core/v1:Secret", ClusterNames.HashKey);
        Assert.Equal("[secret] v1:x", secret.Inputs.Map("stringData")[ClusterNames.HashKeyKey]);
        foreach (var (_, pod) in Servers(run))
        {
            var variable = Assert.Single(
                pod.Spec.Containers.Single().Env, static one => one.Name == PredictionLogSettings.HashKeyVariable);
            Assert.Null(variable.Value);
            var source = variable.ValueFrom.SecretKeyRef;
            Assert.Equal((ClusterNames.HashKey, ClusterNames.HashKeyKey), (source.Name, source.Key));
        }

        foreach (var deployment in run.OfType("kubernetes:apps/v1:Deployment"))
            Assert.Contains($"kubernetes:core/v1:Secret {ClusterNames.HashKey}", await deployment.DependenciesAsync());
    }

    [Fact]
    public async Task A_log_that_is_off_has_no_spool_but_keeps_its_tables()
    {
        var run = await RunAsync("modelserving:predictions: { mode: off }");
        foreach (var (_, pod) in Servers(run))
        {
            Assert.DoesNotContain(pod.Spec.Volumes, static volume => volume.Name == "spool");
            Assert.DoesNotContain(Variables(pod).Keys, static name => name.StartsWith(Variable, StringComparison.Ordinal));
            Assert.Equal("256Mi", pod.Spec.Containers.Single().Resources.Requests["ephemeral-storage"].ToString());
            Assert.Equal("2Gi", pod.Spec.Containers.Single().Resources.Limits["ephemeral-storage"].ToString());
        }

        Assert.Equal(3, run.OfType("oci:Nosql/table:Table").Count());
    }

    private static Dictionary<string, string> Variables(V1PodTemplateSpec pod) =>
        pod.Spec.Containers.Single().Env.ToDictionary(static variable => variable.Name, static variable => variable.Value);

    private static IEnumerable<(string Owner, V1PodTemplateSpec Pod)> Servers(RenderedStack run) =>
        run.Pods().Where(static each =>
            each.Owner is not (ClusterNames.ModelMetrics or ClusterNames.Export or ClusterNames.JournalBackup)
            && !each.Owner.StartsWith(ClusterNames.Try, StringComparison.Ordinal));

    private static Task<RenderedStack> RunAsync(string more, string model = "deadline: 1s") =>
        SomeStack.RunAsync(SomeStack.File($"fraud: {{ stable: {{ version: 1 }}, {model} }}", more: more));
}
