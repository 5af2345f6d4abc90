using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The daily copy of the journal. PodTests and RestrictedPodsTests cover what all pods share.</summary>
[Collection(nameof(OneAtATime))]
public class BackupJobTests
{
    [Fact]
    public async Task One_pod_copies_the_events_of_every_model_once_a_day()
    {
        var run = await SomeStack.RunAsync(SomeStack.File("fraud: { stable: { version: 1 } }, churn: { stable: { version: 4 } }"));
        var spec = JobOf(run)!.Spec;

        Assert.Equal(("30 1 * * *", "Etc/UTC", "Forbid"), (spec.Schedule, spec.TimeZone, spec.ConcurrencyPolicy));
        var job = spec.JobTemplate.Spec;
        Assert.Equal((1, 1), (job.Completions, job.Parallelism));
        var container = Assert.Single(job.Template.Spec.Containers);
        Assert.Equal(
            [
                "journal-backup", "--to-bucket", "oci:examplespace/modelserving-some-artifacts", "--model", "churn", "--model", "fraud",
            ],
            container.Args);
        Assert.EndsWith("/jobs@" + SomeStack.Digest('d'), container.Image, StringComparison.Ordinal);
        var variables = container.Env.ToDictionary(variable => variable.Name, variable => variable.Value);
        Assert.Equal("nosql:ocid1.compartment.oc1..some/modelserving_some_journal", variables[BackupJobSettings.JournalVariable]);
        Assert.Equal(
            new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" },
            OciSettings.Read(new HostEnvironment(variables.GetValueOrDefault)));
        Assert.Equal(ClusterNames.JournalBackup, job.Template.Spec.ServiceAccountName);
    }

    [Theory]
    [InlineData("modelserving:journal: { backup: false }", SomeStack.Canary)]
    [InlineData("", "")]
    public async Task Without_a_backup_there_are_no_job_no_account_and_no_rights(string more, string models)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(models, more: more));
        Assert.Null(JobOf(run));
        Assert.DoesNotContain(run.Objects<V1ServiceAccount>(), account => account.Metadata.Name == ClusterNames.JournalBackup);
        Assert.DoesNotContain(
            "modelserving-some-journal-backup", run.OfType("oci:Identity/policy:Policy").Select(policy => policy.Inputs["name"]));
    }

    private static V1CronJob? JobOf(RenderedStack run) =>
        run.Objects<V1CronJob>().SingleOrDefault(job => job.Metadata.Name == ClusterNames.JournalBackup);
}
