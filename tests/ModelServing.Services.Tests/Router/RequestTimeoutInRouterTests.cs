using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>The effect of a client's X-Request-Timeout.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RequestTimeoutInRouterTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("1000ms")]
    [InlineData("9999999999999999999")]
    [InlineData("100\r\nX-Request-Timeout: 100")]
    public async Task A_value_that_is_not_a_number_of_milliseconds_is_400(string value)
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        (await router.InferAsync(headers: $"X-Request-Timeout: {value}\r\n")).AssertProblem(400, "bad-request");
        Assert.Equal(0, endpoint.Accepted);
    }

    [Theory]
    [InlineData(null, 2000, 1500)]
    [InlineData("5000", 2000, 1500)]
    [InlineData("100000000000000000", 2000, 1500)]
    [InlineData("1000", 1000, 500)]
    public async Task It_shortens_the_deadline_and_never_lengthens_it_and_a_retry_still_fits(string? value, int ofStable, int ofCanary)
    {
        foreach (var weight in (int[])[0, PlanDocument.Buckets])
        {
            var seen = "";
            await using var endpoint = RawServer.Answering(request =>
            {
                seen = request["X-Request-Timeout"]!;
                return RawServer.Ok("{}");
            });
            await using var router = await RunningRouter.StartAsync(
                SomePlan.Canary(weight, 2000).Limited(1500),
                SomePlan.Endpoints((1, endpoint.Address), (2, endpoint.Address)),
                RunningRouter.WithSteppedTime(out _));
            Assert.Equal(200, (await router.InferAsync(headers: value is null ? "" : $"X-Request-Timeout: {value}\r\n")).Status);
            Assert.Equal((weight == 0 ? ofStable : ofCanary).ToString(CultureInfo.InvariantCulture), seen);
        }
    }

    [Fact]
    public async Task A_retry_passes_on_the_time_that_is_left()
    {
        var seen = "";
        await using var stable = RawServer.Answering(request =>
        {
            seen = request["X-Request-Timeout"]!;
            return RawServer.Ok("{}");
        });
        SteppedTime? time = null;
        await using var canary = RawServer.Answering(_ =>
        {
            time!.Advance(TimeSpan.FromMilliseconds(300));
            return "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n";
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets),
            SomePlan.Endpoints((1, stable.Address), (2, canary.Address)),
            RunningRouter.WithSteppedTime(out time));
        Assert.Equal("canary", (await router.InferAsync(headers: "X-Request-Timeout: 1000\r\n"))["X-Model-Failover"]);
        Assert.Equal("700", seen);
    }

    [Fact]
    public async Task It_is_kept_and_an_endpoint_that_only_misses_this_timeout_is_not_blamed()
    {
        await using var silent = SomeServers.Silent();
        await using var good = RawServer.Saying("good");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, silent.Address), (1, good.Address)));
        for (var late = 0; late < 2 * EndpointHealth.FailuresToEject;)
        {
            // Long enough for the good endpoint, even on a busy machine. If it were late, it would not be blamed either.
            var answer = await router.InferAsync(headers: "X-Request-Timeout: 50\r\n");
            if (answer.Status == 200)
                continue;
            answer.AssertProblem(504, "deadline");
            late++;
        }

        await router.AssertCountAsync(0, "modelserving_router_ejections_total");
    }
}
