using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The export of training tables. FeatureJobTests covers what it shares with other jobs.</summary>
[Collection(nameof(OneAtATime))]
public class TrainingJobTests
{
    [Fact]
    public async Task Each_pod_exports_a_part_of_the_entities()
    {
        var run = await FeatureJobTests.RunAsync("{ export: { shards: 6, memoryInMbs: 300, storageInGbs: 2 } }");
        var job = FeatureJobTests.FindIn(run, ClusterNames.FeatureExport)!.Spec.JobTemplate.Spec;

        Assert.Equal(("Indexed", 6, 6), (job.CompletionMode, job.Completions, job.Parallelism));
        Assert.InRange(job.BackoffLimitPerIndex!.Value, 1, 6);
        Assert.Equal(
            [ExportJobSettings.WrongInput],
            job.PodFailurePolicy.Rules.Single(static rule => rule.OnExitCodes is not null).OnExitCodes.Values);
        // Of two versions that are served, the newer one.
        Assert.Equal(
            ["features", "export", "--shards", "6", "--memory-mb", "300", "--view", "card-activity:2"],
            Assert.Single(job.Template.Spec.Containers).Args);
        Assert.Equal("2Gi", Assert.Single(job.Template.Spec.Volumes).EmptyDir.SizeLimit.ToString());
    }

    [Fact]
    public async Task The_name_of_the_Job_is_the_name_of_the_table()
    {
        var job = FeatureJobTests.FindIn(await FeatureJobTests.RunAsync(), ClusterNames.FeatureExport)!.Spec.JobTemplate.Spec;
        var variable = Assert.Single(
            Assert.Single(job.Template.Spec.Containers).Env,
            static variable => variable.Name == TrainingJobSettings.TableVariable);
        Assert.Null(variable.Value);
        Assert.Equal("metadata.labels['batch.kubernetes.io/job-name']", variable.ValueFrom.FieldRef.FieldPath);
    }
}
