using ModelServing.Contracts;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The compaction of the event log. FeatureJobTests covers what it shares with other jobs, and PolicyTests what it may
/// delete.</summary>
[Collection(nameof(OneAtATime))]
public class CompactJobTests
{
    [Fact]
    public async Task One_pod_compacts_what_is_older_than_the_stack_file_says()
    {
        var run = await FeatureJobTests.RunAsync("{ compaction: { keepDays: 90, memoryInMbs: 300, storageInGbs: 4 } }");
        var job = FeatureJobTests.FindIn(run, ClusterNames.FeatureCompact)!.Spec.JobTemplate.Spec;

        Assert.Equal((1, 1), (job.Completions, job.Parallelism));
        Assert.Equal(
            ["features", "compact", "--keep-days", "90", "--memory-mb", "300"], Assert.Single(job.Template.Spec.Containers).Args);
        Assert.Equal("4Gi", Assert.Single(job.Template.Spec.Volumes).EmptyDir.SizeLimit.ToString());
    }
}
