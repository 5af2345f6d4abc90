using ModelServing.Cache;
using ModelServing.Cache.Splitting;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Rollout.Splitting;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit.Functions;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>The function TrafficSplitter in this process, in front of routers. Calls arrive as the gateway's.</summary>
internal sealed class SomeSplitter : IAsyncDisposable
{
    internal const string Key = "the-functions-key";

    private readonly SocketCaller caller;
    private readonly RunningFunctions functions;

    private SomeSplitter(SocketCaller caller, RunningFunctions functions)
    {
        this.caller = caller;
        this.functions = functions;
    }

    /// <summary>Settings of a router that works for the function.</summary>
    internal static Func<RouterSettings, RouterSettings> ForSplitting { get; } =
        static settings => settings with { SplitUrls = "http://127.0.0.1:0", SplitKey = Key };

    /// <summary>A function in front of a router.</summary>
    /// <param name="router">The address of the router for the function.</param>
    /// <param name="cache">The cache.</param>
    internal static async Task<SomeSplitter> StartAsync(string router, CacheSettings cache)
    {
        var caller = new SocketCaller();
        return new SomeSplitter(caller, await RunningFunctions.StartAsync(caller, new FunctionsHostSettings
        {
            Function = FunctionName.TrafficSplitter,
            Journal = "sqlite:/none",
            Cache = cache,
            Routers = router,
            SplitKey = Key,
        }));
    }

    /// <summary>A function in front of one of some routers, which has published its rollouts.</summary>
    internal static async Task<SomeSplitter> StartAsync(RunningRouter router, TestedCache cache)
    {
        await UntilPublishedAsync(cache);
        return await StartAsync(router.Split.ToString(), cache.Settings);
    }

    /// <summary>Waits until the routers have published something.</summary>
    internal static Task UntilPublishedAsync(TestedCache cache)
    {
        var open = cache.Open();
        return RunningRouter.UntilAsync(
            async () => (await PublishedAsync(open)).Count > 0,
            "a router has published its rollouts");
    }

    internal static async Task<List<PublishedRollouts>> PublishedAsync(CacheConnection open) =>
        [
            .. (await new PublishedStates(open, "local").ReadAsync(FunctionCaller.Token)).Values
                .Select(static one => PublishedRollouts.Parse(one.Span)),
        ];

    internal Task<CallAnswer> InferAsync(
        string body = "{}", string? customer = null, TimeSpan? deadline = null, params (string Name, string Value)[] headers) => SendAsync(
            "POST",
            RunningRouter.InferPath,
            System.Text.Encoding.UTF8.GetBytes(body),
            deadline,
            customer is null ? headers : [.. headers, ("X-Customer", customer)]);

    internal async Task<CallAnswer> SendAsync(
        string method, string url, ReadOnlyMemory<byte> body, TimeSpan? deadline = null, params (string Name, string Value)[] headers)
    {
        var sent = headers.ToDictionary(static header => "Fn-Http-H-" + header.Name, static header => header.Value);
        sent["Fn-Http-Method"] = method;
        sent["Fn-Http-Request-Url"] = url;
        var call = new FnCall(body) { Intent = "httprequest", Headers = sent };
        if (deadline is { } given)
            call = call with { Deadline = TimeProvider.System.GetUtcNow() + given };
        var answer = await caller.Agent.CallAsync(call, FunctionCaller.Token);
        Assert.False(caller.Agent.HasKilled, $"{answer.Status} kills the container");
        var own = answer.Headers.Where(static header => header.Key.StartsWith("Fn-Http-H-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                static header => header.Key["Fn-Http-H-".Length..], static header => header.Value, StringComparer.OrdinalIgnoreCase);
        if (answer.Headers.TryGetValue("Content-Type", out var type))
            own["Content-Type"] = type;
        return new CallAnswer(answer.HttpStatus ?? answer.Status, answer.Body, own);
    }

    public ValueTask DisposeAsync() => functions.DisposeAsync();
}
