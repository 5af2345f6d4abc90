using System.Net;
using System.Net.Sockets;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>A whole router that looks up its endpoints.</summary>
[Collection(RunningRouter.OneAtATime)]
public class DnsRoutingTests
{
    [Fact]
    public async Task Requests_follow_the_addresses_of_a_name()
    {
        await using var four = RawServer.Saying("four");
        var names = new SomeNames();
        names.HasNot("fraud-v1.test");
        await using var router = await StartAsync(four.Address.Port, names.LookUpAsync);
        await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");
        RouterAnswers.AssertProblem(await router.InferAsync(), 503, "no-ready-endpoint");

        names.Has("fraud-v1.test", "127.0.0.1");
        await UntilAsync(router, "four");
        names.Fails("fraud-v1.test");
        await router.AssertCountAsync(1, "modelserving_router_failed_lookups_total", "model=\"fraud\"", "version=\"1\"");
        Assert.Equal("four", (await router.InferAsync()).Text);

        names.HasNot("fraud-v1.test");
        await RunningRouter.UntilAsync(async () => (await router.InferAsync()).Status == 503, "the version has no endpoint any more");
        await RunningRouter.UntilAsync(() => four.Open == 0, "the connections to the old address are closed");
    }

    [Fact]
    public async Task An_endpoint_moves_to_an_address_of_IPv6()
    {
        await using var four = RawServer.Saying("four");
        RawServer six;
        try
        {
            six = RawServer.Saying("six", four.Address.Port, IPAddress.IPv6Loopback);
        }
        catch (SocketException e)
        {
            Assert.Skip($"nothing can listen on [::1]:{four.Address.Port} here: {e.Message}");
            return;
        }

        await using (six)
        {
            var names = new SomeNames();
            names.Has("fraud-v1.test", "127.0.0.1");
            await using var router = await StartAsync(four.Address.Port, names.LookUpAsync);
            await UntilAsync(router, "four");
            names.Has("fraud-v1.test", "::1");
            await UntilAsync(router, "six");
            await RunningRouter.UntilAsync(() => four.Open == 0, "the connections to the old address are closed");
        }
    }

    [Fact]
    public async Task A_router_without_any_successful_lookup_is_not_ready()
    {
        var names = new SomeNames();
        names.Fails("fraud-v1.test");
        await using var router = await StartAsync(1, names.LookUpAsync);
        await RunningRouter.UntilAsync(
            () => names.TimesAsked("fraud-v1.test") > 0
                && router.Readiness.Reason!.Contains("fraud-v1.test can't be looked up", StringComparison.Ordinal),
            "the reason names the lookup");
        names.HasNot("fraud-v1.test");
        await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "one answer makes it ready");
    }

    [Fact]
    public async Task The_machines_own_resolver_is_used()
    {
        await using var four = RawServer.Saying("four");
        using var system = new SystemNames();
        await using var router = await StartAsync(four.Address.Port, (_, cancellation) => system.LookUpAsync("localhost", cancellation));
        await UntilAsync(router, "four");
    }

    private static async Task<RunningRouter> StartAsync(int port, NameLookup names)
    {
        var router = await RunningRouter.StartAsync($"dns:{{model}}-v{{version}}.test:{port}", names);
        File.WriteAllBytes(router.PlanPath + ".new", SomePlan.Stable().ToUtf8());
        File.Move(router.PlanPath + ".new", router.PlanPath);
        return router;
    }

    private static Task UntilAsync(RunningRouter router, string text) =>
        RunningRouter.UntilAsync(
            async () => await router.InferAsync() is { Status: 200 } answer && answer.Text == text,
            $"the answers say '{text}'");
}
