using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs;
using ModelServing.Jobs.Export;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Export;

public class ExportCommandTests
{
    [Fact]
    public void A_day_is_a_day_in_UTC_however_late_the_job_runs()
    {
        var time = new SetTime { Now = new DateTimeOffset(2026, 11, 28, 23, 59, 0, TimeSpan.Zero) };
        var expected = (Day(27), Day(28));
        Assert.Equal(expected, ExportCommand.RangeOf(null, null, 1, time));
        time.Now = new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(expected, ExportCommand.RangeOf(null, null, 1, time));
        Assert.Equal((Day(28), Day(29)), ExportCommand.RangeOf(null, null, 0, time));
        Assert.Equal(expected, ExportCommand.RangeOf("2026-11-27", "2026-11-28T00:00Z", null, time));
    }

    [Theory]
    [InlineData(null, null, null, "--since is missing")]
    [InlineData("2026-11-27", null, null, "--until is missing")]
    [InlineData("x", "2026-11-27", null, "--since: 'x' must be a time")]
    [InlineData("2026-11-27", "2026-11-27", null, "is not before --until")]
    [InlineData("2026-11-27", null, 1, "--day: it takes the place")]
    [InlineData(null, null, -1, "--day: it must be from 0")]
    public void A_wrong_range_is_refused(string? since, string? until, int? day, string message)
    {
        var e = Assert.Throws<JobException>(() => ExportCommand.RangeOf(since, until, day, new SetTime()));
        Assert.Equal(JobExit.WrongInput, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_of_an_indexed_job_exports_the_part_of_its_index()
    {
        Assert.Equal(new TimeShard(2, 8), ExportCommand.ShardOf(8, null, static name => name == "JOB_COMPLETION_INDEX" ? "2" : null));
        Assert.Equal(new TimeShard(3, 8), ExportCommand.ShardOf(8, 3, static _ => "2"));
        Assert.Equal(TimeShard.Whole, ExportCommand.ShardOf(1, null, static _ => null));
    }

    [Fact]
    public void The_arguments_of_the_pods_are_those_of_the_command()
    {
        var settings = new ExportJobSettings
        {
            Store = "nosql:ocid1.compartment.oc1..a/t",
            Bucket = "oci:space/bucket",
            Models = [ModelName.Parse("fraud"), ModelName.Parse("churn")],
            Shards = 8,
            MemoryMegabytes = 300,
            Oci = new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" },
        };
        var parsed = new RootCommand { ExportCommand.Create() }.Parse([.. settings.Arguments]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(
            (1, 8, 300, "oci:space/bucket", "fraud churn"),
            (parsed.GetValue<int?>("--day"), parsed.GetValue<int>("--shards"), parsed.GetValue<int>("--memory-mb"),
                parsed.GetValue<string>("--to-bucket"), string.Join(' ', parsed.GetValue<string[]>("--model")!)));
        var variables = settings.ToEnvironment();
        Assert.Equal(settings.Store, variables[PredictionLogSettings.StoreVariable]);
        Assert.Equal(settings.Oci, OciSettings.Read(new HostEnvironment(variables.GetValueOrDefault)));
    }

    [Theory]
    [InlineData(0, null, "--shards: it must be from 1 to 1000")]
    [InlineData(1001, null, "--shards: it must be from 1 to 1000")]
    [InlineData(2, 2, "--shard: it is 2; it must be from 0 to 1")]
    [InlineData(2, -1, "--shard: it is -1")]
    public void A_part_that_does_not_exist_is_refused(int shards, int? shard, string message) => Assert.Contains(
        message,
        Assert.Throws<JobException>(() => ExportCommand.ShardOf(shards, shard, static _ => null)).Message,
        StringComparison.Ordinal);

    private static DateTimeOffset Day(int day) => new(2026, 11, day, 0, 0, 0, TimeSpan.Zero);
}
