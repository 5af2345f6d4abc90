using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Services.Tests.Router.Forwarding;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Router.RouterTests;

namespace ModelServing.Services.Tests.Router;

/// <summary>What a client's X-Request-Timeout does.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RequestTimeoutTests
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
    public async Task What_is_no_number_of_milliseconds_is_400(string value)
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        AssertProblem(await router.InferAsync(headers: $"X-Request-Timeout: {value}\r\n"), 400, "bad-request");
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
                SomePlan.Canary(weight, 2000).Limited(1500), SomePlan.Endpoints((1, endpoint.Address), (2, endpoint.Address)), FailoverTests.Frozen(out _));
            Assert.Equal(200, (await router.InferAsync(headers: value is null ? "" : $"X-Request-Timeout: {value}\r\n")).Status);
            Assert.Equal((weight == 0 ? ofStable : ofCanary).ToString(CultureInfo.InvariantCulture), seen);
        }
    }

    [Fact]
    public async Task A_retry_passes_on_what_is_left()
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
            SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)), FailoverTests.Frozen(out time));
        Assert.Equal("canary", (await router.InferAsync(headers: "X-Request-Timeout: 1000\r\n"))["X-Model-Failover"]);
        Assert.Equal("700", seen);
    }

    [Fact]
    public async Task It_is_kept_and_a_version_that_is_late_for_it_alone_is_not_blamed()
    {
        await using var silent = FailoverTests.Silent();
        await using var good = RawServer.Saying("good");
        await using var router = await RunningRouter.StartAsync(SomePlan.Stable(), SomePlan.Endpoints((1, silent.Address), (1, good.Address)));
        for (var late = 0; late < 2 * EndpointHealth.FailuresToEject;)
        {
            // Long enough for the good one, on a busy machine too: its lateness would be no one's fault either.
            var answer = await router.InferAsync(headers: "X-Request-Timeout: 50\r\n");
            if (answer.Status == 200)
                continue;
            AssertProblem(answer, 504, "deadline");
            late++;
        }

        await router.AssertCountAsync(0, "modelserving_router_ejections_total");
    }
}
