using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

[Collection(RunningRouter.OneAtATime)]
public sealed class ClientReadingTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private readonly DirectForwarding direct = new(SomePlan.Canary(PlanDocument.Buckets));

    public ValueTask DisposeAsync() => direct.DisposeAsync();

    [Theory]
    [InlineData("Content-Length: 100000000\r\n\r\n")]
    [InlineData("\r\n")]
    public async Task A_client_that_does_not_read_a_streamed_answer_is_cut_off_at_its_deadline_and_the_version_is_not_blamed(string framing)
    {
        await using var version = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + framing);
            while (true)
                await connection.SendAsync(new byte[100_000]);
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, version.Address)), RunningRouter.WithSteppedTime(out var time));
        using var client = await router.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RunningRouter.Infer());
        Assert.Equal(200, (await client.ReadHeadAsync())!.Status);
        time.Advance(Deadline - TimeSpan.FromSeconds(1));
        Assert.Equal(1, version.Open);
        await RunningRouter.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return version.Open == 0;
            },
            "the answer ends");
        Assert.True((await client.ReadToEndAsync()).Length < 100_000_000, "the answer is complete");
        await RunningRouter.UntilAsync(() => router.Get<ByteBudget>().CutOff == 1, "it is counted");
        await router.AssertCountAsync(1, "modelserving_router_request_duration_seconds_count", "status=\"499\"");
        await router.AssertCountAsync(0, "modelserving_router_errors_total");
        await router.AssertCountAsync(1, "modelserving_host_refusals_total", "reason=\"answer-unread\"");
    }

    [Theory]
    [InlineData("Content-Length: 3000000\r\n\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2DC6C0\r\n", "\r\n0\r\n\r\n")]
    public async Task The_time_in_which_a_client_reads_is_not_the_versions(string framing, string end)
    {
        var version = TimeSpan.FromMilliseconds(20);
        DirectForwarding? forwarding = null;
        await using var canary = RawServer.Answering(_ =>
        {
            forwarding!.Time.Advance(version);
            return "HTTP/1.1 200 OK\r\n" + framing + new string('x', 3_000_000) + end;
        });
        await using var running = forwarding = new DirectForwarding(
            SomePlan.Canary(PlanDocument.Buckets), (1, canary.Address), (2, canary.Address));
        // The second answer comes over the same connection, if that was kept.
        for (var i = 0; i < 2; i++)
        {
            var context = DirectForwarding.Post("hello");
            using var reader = new SlowReader(forwarding.Time);
            context.Response.Body = reader;
            var first = forwarding.FirstAttempt(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
            var (result, _) = await forwarding.Failover.ForwardAsync(context, first);
            Assert.Equal(ForwardResult.Answered, result.Result);
            Assert.True(reader.Reads > 10, "the answer is not streamed");
            Assert.Equal(version.Ticks, result.Elapsed);
        }
    }

    [Theory]
    [InlineData(64 * 1024, 1, null)]
    [InlineData(1_000_000, 1, 200_000.0)]
    [InlineData(1_000_000, 50, 20_000.0)]
    public void A_complete_answer_gets_a_rate_that_fits_the_deadline(int length, int seconds, double? rate)
    {
        var call = direct.Calls.Begin(
            direct.Time.GetTimestamp() + TimeSpan.FromSeconds(seconds).Ticks, TestContext.Current.CancellationToken);
        var context = new DefaultHttpContext();
        var feature = new Rate();
        context.Features.Set<IHttpMinResponseDataRateFeature>(feature);
        ClientReading.Limit(context, length, call, direct.Time);
        Assert.Equal(rate, feature.MinDataRate?.BytesPerSecond);
        if (rate is not null)
            Assert.Equal(ReadingTime.Least, feature.MinDataRate!.GracePeriod);
    }

    /// <summary>A client that takes a second for each piece of its answer.</summary>
    private sealed class SlowReader(SteppedTime time) : MemoryStream
    {
        internal int Reads { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            time.Advance(TimeSpan.FromSeconds(1));
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Keeps the rate.</summary>
    private sealed class Rate : IHttpMinResponseDataRateFeature
    {
        public MinDataRate? MinDataRate { get; set; }
    }
}
