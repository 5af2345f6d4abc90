using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The Jobs that print reports about the prediction log. PodTests and RestrictedPodsTests cover what all pods share.</summary>
[Collection(nameof(OneAtATime))]
public class ReportJobsTests
{
    private const string Models = "fraud: { stable: { version: 1 }, deadline: 2s, experiment: { name: q4, window: 24h, "
        + "arms: { b: { version: 2, percent: 50 } }, metrics: { order: { kind: ranking, output: probability } } } }, "
        + "churn: { stable: { version: 4 } }";

    [Fact]
    public async Task People_start_a_comparison_of_each_experiment_and_a_replay_of_each_model()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(Models));
        Assert.Equal(["experiment-fraud", "try-churn", "try-fraud"], JobsOf(run).Select(static job => job.Metadata.Name).Order());
        foreach (var spec in JobsOf(run).Select(static job => job.Spec))
        {
            // They never run by themselves.
            Assert.Equal((true, "Forbid"), (spec.Suspend, spec.ConcurrencyPolicy));
            var job = spec.JobTemplate.Spec;
            Assert.Equal((1, 1), (job.Completions, job.Parallelism));
            var container = Assert.Single(job.Template.Spec.Containers);
            Assert.EndsWith("/jobs@" + SomeStack.Digest('d'), container.Image, StringComparison.Ordinal);
            var variables = VariablesOf(container);
            Assert.StartsWith(
                "nosql:ocid1.compartment.oc1..some/", variables[PredictionLogSettings.StoreVariable], StringComparison.Ordinal);
            Assert.Equal(
                new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" },
                OciSettings.Read(new HostEnvironment(variables.GetValueOrDefault)));
        }
    }

    [Fact]
    public async Task The_comparison_gets_the_experiment_of_the_stack_file()
    {
        var pod = PodOf(await SomeStack.RunAsync(SomeStack.File(Models)), "experiment-fraud");
        var container = Assert.Single(pod.Containers);
        Assert.Equal(ClusterNames.Experiment, pod.ServiceAccountName);
        Assert.Equal(["experiment", "--memory-mb", "512"], container.Args);
        var experiment = ExperimentDocument.Parse(
            System.Text.Encoding.UTF8.GetBytes(VariablesOf(container)[ExperimentJobSettings.ExperimentVariable]!));
        Assert.Equal(("q4", 24 * 3_600_000L), (experiment.Name, experiment.WindowMilliseconds));
        Assert.Equal(["b", "stable"], experiment.Arms.Select(static arm => arm.Name));
    }

    [Fact]
    public async Task The_replay_gets_everything_but_the_version_which_is_in_the_Jobs_name()
    {
        var pod = PodOf(await SomeStack.RunAsync(SomeStack.File(Models)), "try-fraud");
        var container = Assert.Single(pod.Containers);
        Assert.Equal(ClusterNames.Try, pod.ServiceAccountName);
        Assert.Equal(["try"], container.Args);
        var variables = VariablesOf(container);
        Assert.Equal("oci:examplespace/modelserving-some-artifacts", variables["MODELSERVING_REGISTRY"]);
        var replay = ReplayDocument.Parse(System.Text.Encoding.UTF8.GetBytes(variables[ReplayJobSettings.ReplayVariable]!));
        Assert.Equal((null, 2000L), (replay.Version, replay.DeadlineMilliseconds));
        Assert.Equal("probability", Assert.Single(replay.Metrics).Output);
        Assert.Equal(
            "metadata.labels['batch.kubernetes.io/job-name']",
            container.Env.Single(static one => one.Name == ReplayJobSettings.JobVariable).ValueFrom.FieldRef.FieldPath);
    }

    [Fact]
    public async Task Without_an_export_there_are_neither_jobs_nor_rights()
    {
        var run = await SomeStack.RunAsync(
            SomeStack.File(Models, more: "modelserving:predictionStore: { export: { enabled: false } }"));
        Assert.Empty(JobsOf(run));
        Assert.DoesNotContain(
            run.OfType("oci:Identity/policy:Policy").Select(static policy => policy.Inputs["name"]),
            static name => name is "modelserving-some-try" or "modelserving-some-experiment");
    }

    private static IEnumerable<V1CronJob> JobsOf(RenderedStack run) => run.Objects<V1CronJob>().Where(static job =>
        job.Metadata.Name.StartsWith("try-", StringComparison.Ordinal)
        || job.Metadata.Name.StartsWith("experiment-", StringComparison.Ordinal));

    private static V1PodSpec PodOf(RenderedStack run, string name) =>
        JobsOf(run).Single(job => job.Metadata.Name == name).Spec.JobTemplate.Spec.Template.Spec;

    private static Dictionary<string, string?> VariablesOf(V1Container container) =>
        container.Env.ToDictionary(static variable => variable.Name, static variable => (string?)variable.Value);
}
