using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The call of ModelMetrics each minute. PodTests and RestrictedPodsTests cover what all pods share.</summary>
[Collection(nameof(OneAtATime))]
public class MinuteJobTests
{
    [Fact]
    public async Task It_runs_each_minute_one_at_a_time_and_does_not_pile_up()
    {
        var spec = (await JobAsync()).Spec;

        Assert.Equal("* * * * *", spec.Schedule);
        Assert.Equal("Forbid", spec.ConcurrencyPolicy);
        // Below 10 s a CronJob may never start; after a minute the next one is due.
        Assert.InRange(spec.StartingDeadlineSeconds!.Value, 10, 59);
        Assert.True(spec.SuccessfulJobsHistoryLimit + spec.FailedJobsHistoryLimit < 10);
        Assert.Equal(0, spec.JobTemplate.Spec.BackoffLimit);
        Assert.Equal("Never", spec.JobTemplate.Spec.Template.Spec.RestartPolicy);
    }

    [Fact]
    public async Task It_ends_before_the_next_is_due_even_if_it_hangs()
    {
        var job = await JobAsync();

        var invoke = Settings(job);
        Assert.True(invoke.InvokeTimeout < TimeSpan.FromMinutes(1));
        Assert.True(job.Spec.JobTemplate.Spec.ActiveDeadlineSeconds > invoke.InvokeTimeout.TotalSeconds);
    }

    [Fact]
    public async Task It_calls_ModelMetrics_by_workload_identity_with_the_functions_image()
    {
        var job = await JobAsync();

        var container = Assert.Single(job.Spec.JobTemplate.Spec.Template.Spec.Containers);
        Assert.Equal(["invoke", "ModelMetrics"], container.Args);
        Assert.Null(container.Command);
        Assert.EndsWith("/functions@" + SomeStack.Digest('c'), container.Image, StringComparison.Ordinal);
        var invoke = Settings(job);
        Assert.Equal(("ocid1.fnfunc.functions-model-metrics", "https://functions.example.com"), (invoke.FunctionId, invoke.Endpoint));
        Assert.Equal(new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" }, invoke.Oci);
        Assert.Equal(invoke.ToEnvironment(), container.Env.ToDictionary(variable => variable.Name, variable => variable.Value));
    }

    [Fact]
    public async Task Its_policy_is_created_first()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        Assert.Contains(
            "oci:Identity/policy:Policy invocation-model-metrics",
            await run.Single("kubernetes:batch/v1:CronJob", ClusterNames.ModelMetrics).DependenciesAsync());
    }

    private static InvocationSettings Settings(V1CronJob job) => InvocationSettings.Read(new HostEnvironment(name =>
        Assert.Single(job.Spec.JobTemplate.Spec.Template.Spec.Containers).Env.SingleOrDefault(variable => variable.Name == name)?.Value));

    private static async Task<V1CronJob> JobAsync() => Assert.Single(
        (await SomeStack.RunAsync(SomeStack.File())).Objects<V1CronJob>(), job => job.Metadata.Name == ClusterNames.ModelMetrics);
}
