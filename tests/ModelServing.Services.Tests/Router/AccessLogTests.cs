using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting.Access;
using ModelServing.Router.Recording;
using ModelServing.Services.Tests.Functions.Listener;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>What a router's access log has of each request.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AccessLogTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_answered_request_has_one_attempt_with_its_version_its_trace_and_its_times()
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await StartAsync();
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, version.Address)));
        var answer = await router.InferAsync(headers: $"traceparent: 00-{Trace}-b7ad6b7169203331-01\r\n");
        var record = Assert.Single(await RecordsAsync(1));
        Assert.Equal(
            (answer["X-Request-Id"], 1, "fraud", 1, "stable", 200, (string?)null),
            (record.RequestId.ToString(), record.Attempt, record.Model, record.Version, record.Variant, record.Status, record.Reason));
        Assert.Equal(Trace, record.Trace.ToString("x32", null));
        Assert.Equal(AccessSource.Router, record.Source);
        var times = record.Times;
        Assert.True(times.Routing > TimeSpan.Zero && times.Version > TimeSpan.Zero && times.Failover is null, $"{times}");
        Assert.True(times.Total >= times.Routing + times.Version - TimeSpan.FromMilliseconds(1), $"{times}");
    }

    [Fact]
    public async Task A_request_that_failed_over_has_two_attempts()
    {
        await using var stable = RawServer.Saying("{}");
        await using var canary = RawServer.Answering(static _ => "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n");
        await using var router = await StartAsync();
        router.Swap(SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        var answer = await router.InferAsync();
        Assert.Matches(
            @"^routing;dur=\d+\.\d{3}, failover;dur=\d+\.\d{3}, version;dur=\d+\.\d{3}$",
            answer[HeaderNames.ServerTiming]);
        var records = await RecordsAsync(2);
        Assert.Equal(
            [(1, 2, "canary", 500, AccessReasons.HeldBack), (2, 1, "stable", 200, null)],
            records.Select(static record => (record.Attempt, record.Version, record.Variant!, record.Status, record.Reason)));
        Assert.Single(records.Select(static record => record.RequestId).Distinct());
        Assert.True(records[0].IsFailure);
        Assert.True(records[1].Times.Failover > TimeSpan.Zero);
    }

    [Theory]
    [InlineData("/v2/models/other/infer", "", 404, "unknown-model")]
    [InlineData(RunningRouter.InferPath, "X-Request-Timeout: 0\r\n", 400, "bad-request")]
    public async Task A_refused_request_has_no_attempt(string path, string headers, int status, string reason)
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await StartAsync();
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, version.Address)));
        await router.InferAsync(path: path, headers: headers);
        var record = Assert.Single(await RecordsAsync(1));
        Assert.Equal((0, 0, status, reason), (record.Attempt, record.Version, record.Status, record.Reason));
    }

    [Fact]
    public async Task A_version_that_can_not_be_reached_is_named()
    {
        await using var router = await StartAsync();
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, RawServer.NobodyThere())));
        Assert.Equal(503, (await router.InferAsync()).Status);
        var record = Assert.Single(await RecordsAsync(1));
        Assert.Equal((1, 1, 0, AccessReasons.Unreachable), (record.Attempt, record.Version, record.Status, record.Reason));
        Assert.True(record.IsFailure);
    }

    [Theory]
    [InlineData(0, 200, 0)]
    [InlineData(0, 500, 1)]
    [InlineData(AccessLogSettings.WholeSample, 200, 1)]
    [InlineData(AccessLogSettings.WholeSample, 404, 1)]
    public async Task A_sample_of_the_attempts_and_those_that_failed_are_lines_of_the_log(int sample, int status, int lines)
    {
        using var log = new RecordedLog();
        await using var version = RawServer.Answering(_ => $"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        string requestId;
        await using (var router = await RunningRouter.StartAsync(
            router => router with { AccessLog = new AccessLogSettings { Sample = sample } },
            services => services.AddSingleton<ILoggerFactory>(log)))
        {
            router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, version.Address)));
            requestId = (await router.InferAsync())[HeaderNames.RequestId]!;
        }

        // The router has ended and writes what it had, in the background.
        await RunningRouter.UntilAsync(() => Written().Count >= lines, $"there are {lines} lines");
        Assert.Equal(lines, Written().Count);
        Assert.All(Written(), line => Assert.Contains($" at fraud v1 stable: {status} ", line.Message, StringComparison.Ordinal));

        List<RecordedLine> Written() =>
            [.. log.Lines.Where(line => line.Message.StartsWith($"Request {requestId}, attempt 1 ", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Without_a_setting_there_is_no_log()
    {
        await using var router = await RunningRouter.StartAsync();
        Assert.Throws<InvalidOperationException>(router.Get<AttemptLog>);
    }

    private Task<RunningRouter> StartAsync() => StartAsync(new AccessLogSettings { Folder = folder.FullPath });

    private static async Task<RunningRouter> StartAsync(AccessLogSettings settings)
    {
        var router = await RunningRouter.StartAsync(router => router with { AccessLog = settings });
        await RunningRouter.UntilAsync(() => router.Get<AccessLog>().HasRoom, "the access log is open");
        return router;
    }

    // An attempt is recorded before its answer leaves, and a refusal may be recorded after it.
    private async Task<List<AccessRecord>> RecordsAsync(int count)
    {
        var records = new List<AccessRecord>();
        await RunningRouter.UntilAsync(
            () => (records = [.. AccessFiles.Read(folder.FullPath)]).Count >= count, $"there are {count} records");
        return records;
    }
}
