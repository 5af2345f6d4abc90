using ModelServing.Cache.Reports;
using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Monitoring;
using StackExchange.Redis;
using static ModelServing.Services.Tests.Functions.ModelMetrics.TestedModelMetrics;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

/// <summary>A minute is posted once, also when the claim of the run that posted it is over. If later runs posted it again, a handful of
/// requests would be enough for an alarm, and a good canary would be condemned.</summary>
public sealed class PostedOnceTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private TestedModelMetrics tested = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => tested = await StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task When_the_claims_are_over_no_posted_minute_is_posted_again()
    {
        await tested.ReportMinuteAsync();
        await tested.RunAsync();
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
        for (var run = 1; run < 5; run++)
        {
            await EndClaimsAsync();
            tested.Time.Now += Minute;
            await tested.RunAsync();
            Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
            // Of each minute since, there is one heartbeat.
            Assert.Equal(5 + run, tested.Taken(ModelMetric.Heartbeat).Count());
        }
    }

    [Fact]
    public async Task A_minute_whose_post_failed_is_posted_when_its_claim_is_over_and_that_is_before_it_is_too_old()
    {
        await tested.ReportMinuteAsync();
        tested.Monitoring.Faults.Add(MonitoringOperation.PostMetricData, Fault.Status(400, "InvalidParameter"), times: 1);
        Assert.Equal(502, (await tested.RunAsync()).Status);
        Assert.Empty(tested.Taken(ModelMetric.Requests));
        var left = await QueryAsync(database => database.KeyTimeToLiveAsync(new ReportKeys(TestedModelMetrics.Environment)
            .PostedOf(LastMinute)));
        Assert.InRange(left!.Value, TimeSpan.Zero, Minute);
        await EndClaimsAsync();
        await tested.RunAsync();
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    // Deletes the claims, which go by themselves after half a minute, but no mark.
    private async Task EndClaimsAsync()
    {
        var keys = new ReportKeys(TestedModelMetrics.Environment);
        for (var minute = LastMinute - 10; minute < LastMinute + 10; minute++)
        {
            if (await QueryAsync(database => database.StringGetAsync(keys.PostedOf(minute))) is { HasValue: true } value
                && value != "posted")
                await QueryAsync(database => database.KeyDeleteAsync(keys.PostedOf(minute)));
        }
    }

    private Task<T> QueryAsync<T>(Func<IDatabase, Task<T>> query) =>
        tested.Cache.Open().QueryAsync("test", multiplexer => query(multiplexer.GetDatabase()), Token);
}
