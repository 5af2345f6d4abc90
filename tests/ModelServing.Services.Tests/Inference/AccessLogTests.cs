using ModelServing.Contracts;
using ModelServing.Hosting.Access;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

public sealed class AccessLogTests : IDisposable
{
    private const string Sum =
        """{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[1]},{"name":"b","shape":[1],"datatype":"FP32","data":[2]}]}""";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_version_records_its_part_of_each_attempt()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.AddAndMultiply(Datatype.Fp32, -1),
            settings => settings with { AccessLog = new AccessLogSettings { Folder = folder.FullPath } });
        await RunningInference.UntilAsync(() => Task.FromResult(service.Get<AccessLog>().HasRoom), "it was never open");
        var (one, two) = (Ulid.NewUlid(), Ulid.NewUlid());
        await service.SendAsync(Sum, (HeaderNames.RequestId, one.ToString()), (HeaderNames.ModelVariant, "canary"));
        await service.SendAsync(
            "{}",
            (HeaderNames.RequestId, two.ToString()),
            (HeaderNames.ModelVariant, "stable"),
            (HeaderNames.ModelFailover, "canary;version=2;trial=1;kind=error"));
        var records = new List<AccessRecord>();
        await RunningInference.UntilAsync(
            () => Task.FromResult((records = [.. AccessFiles.Read(folder.FullPath)]).Count == 2), "there were never two records");
        Assert.Equal(
            [(one, 1, "canary", 200, null), (two, 2, "stable", 400, "invalid-request")],
            records.Select(static record => (record.RequestId, record.Attempt, record.Variant!, record.Status, record.Reason)));
        Assert.All(records, static record => Assert.Equal(
            (AccessSource.Version, "m", 3), (record.Source, record.Model, record.Version)));
        var times = records[0].Times;
        Assert.True(
            times.Total >= times.Read + times.Queue + times.Model + times.Encode - TimeSpan.FromMilliseconds(1), $"{times}");
        Assert.Null(records[1].Times.Model);
    }
}
