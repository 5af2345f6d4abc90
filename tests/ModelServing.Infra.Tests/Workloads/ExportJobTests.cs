using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The daily export of the prediction log. PodTests and RestrictedPodsTests cover what all pods share, and RenderedHostTests runs
/// the container.</summary>
[Collection(nameof(OneAtATime))]
public class ExportJobTests
{
    [Fact]
    public async Task Each_pod_exports_its_own_part_of_yesterday_with_the_jobs_image()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(
            "fraud: { stable: { version: 1 } }, churn: { stable: { version: 4 } }",
            more: "modelserving:predictionStore: { export: { shards: 6, memoryInMbs: 300, storageInGbs: 2 } }"));
        var job = JobOf(run)!.Spec.JobTemplate.Spec;

        Assert.Equal(("Indexed", 6, 6), (job.CompletionMode, job.Completions, job.Parallelism));
        var container = Assert.Single(job.Template.Spec.Containers);
        Assert.Equal(
            [
                "export", "--day", "1", "--shards", "6", "--memory-mb", "300",
                "--to-bucket", "oci:examplespace/modelserving-some-artifacts", "--model", "churn", "--model", "fraud",
            ],
            container.Args);
        Assert.Null(container.Command);
        Assert.EndsWith("/jobs@" + SomeStack.Digest('d'), container.Image, StringComparison.Ordinal);
        var variables = container.Env.ToDictionary(variable => variable.Name, variable => variable.Value);
        Assert.Equal("nosql:ocid1.compartment.oc1..some/modelserving_some_predictions", variables[PredictionLogSettings.StoreVariable]);
        Assert.Equal(
            new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" },
            OciSettings.Read(new HostEnvironment(variables.GetValueOrDefault)));
        Assert.Equal("2Gi", Assert.Single(job.Template.Spec.Volumes).EmptyDir.SizeLimit.ToString());
        // A measured export took 1,358 MB with 512 for rows. The scheduler must find what the pod may use.
        Assert.Equal("1112Mi", container.Resources.Limits["memory"].ToString());
        Assert.True(container.Resources.Limits["ephemeral-storage"].ToInt64() > 2L * 1024 * 1024 * 1024);
        Assert.All(
            (string[])["memory", "ephemeral-storage"],
            key => Assert.Equal(container.Resources.Limits[key].ToString(), container.Resources.Requests[key].ToString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(20)]
    public async Task It_runs_once_a_day_and_ends_before_yesterday_is_another_day(int hour)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: $"modelserving:predictionStore: {{ export: {{ hour: {hour} }} }}"));
        var spec = JobOf(run)!.Spec;

        Assert.Equal(($"0 {hour} * * *", "Etc/UTC", "Forbid"), (spec.Schedule, spec.TimeZone, spec.ConcurrencyPolicy));
        var latest = hour * 3600 + spec.StartingDeadlineSeconds!.Value + spec.JobTemplate.Spec.ActiveDeadlineSeconds!.Value
            + spec.JobTemplate.Spec.Template.Spec.TerminationGracePeriodSeconds!.Value;
        Assert.True(latest < 24 * 3600, $"it may end {latest} s after midnight");
        Assert.True(spec.JobTemplate.Spec.ActiveDeadlineSeconds >= 3600);
        // A day that failed is still there after a weekend, with its pods and their logs.
        Assert.True(spec.FailedJobsHistoryLimit >= 3);
        Assert.InRange(spec.SuccessfulJobsHistoryLimit!.Value, 0, 3);
    }

    [Fact]
    public async Task A_part_is_tried_again_alone_unless_that_cannot_help()
    {
        var job = JobOf(await SomeStack.RunAsync(SomeStack.File()))!.Spec.JobTemplate.Spec;

        Assert.InRange(job.BackoffLimitPerIndex!.Value, 1, 6);
        // With a limit for all parts, one of them would end the others.
        Assert.Null(job.BackoffLimit);
        Assert.Equal("Never", job.Template.Spec.RestartPolicy);
        Assert.Collection(
            job.PodFailurePolicy.Rules,
            rule =>
            {
                Assert.Equal("Ignore", rule.Action);
                Assert.Equal("DisruptionTarget", Assert.Single(rule.OnPodConditions).Type);
            },
            rule =>
            {
                Assert.Equal("FailIndex", rule.Action);
                Assert.Equal("In", rule.OnExitCodes.OperatorProperty);
                Assert.Equal([ExportJobSettings.WrongInput], rule.OnExitCodes.Values);
                Assert.Equal(Assert.Single(job.Template.Spec.Containers).Name, rule.OnExitCodes.ContainerName);
            });
    }

    [Theory]
    [InlineData("modelserving:predictionStore: { export: { enabled: false } }", SomeStack.Canary)]
    [InlineData("modelserving:predictions: { mode: off }", SomeStack.Canary)]
    [InlineData("", "")]
    public async Task Without_an_export_there_are_no_job_no_account_no_rights_and_no_image(string more, string models)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(
            models, images: "images: { router: {0}, inference: {1}, functions: {2} }", more: more));

        Assert.Null(JobOf(run));
        Assert.DoesNotContain(run.Objects<V1ServiceAccount>(), account => account.Metadata.Name == ClusterNames.Export);
        Assert.DoesNotContain("modelserving-some-export", run.OfType("oci:Identity/policy:Policy").Select(policy => policy.Inputs["name"]));
    }

    [Fact]
    public void An_export_needs_its_image()
    {
        var file = SomeStack.File(images: "images: { router: {0}, inference: {1}, functions: {2} }");
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(file));
        Assert.Contains(
            "modelserving:images.jobs: missing: set it, or predictionStore.export.enabled to false",
            fault.Message,
            StringComparison.Ordinal);
    }

    private static V1CronJob? JobOf(RenderedStack run) =>
        run.Objects<V1CronJob>().SingleOrDefault(job => job.Metadata.Name == ClusterNames.Export);
}
