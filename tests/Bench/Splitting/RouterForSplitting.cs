using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.TestKit;

namespace ModelServing.Bench.Splitting;

/// <summary>A router that also works for the function TrafficSplitter, and the function's settings for it.</summary>
internal sealed class RouterForSplitting(CacheSettings cache)
{
    private readonly string key = ApiKey.Make();
    private readonly string address = $"http://127.0.0.1:{FreePort.Find()}";

    internal FunctionsHostSettings Function => new()
    {
        Function = FunctionName.TrafficSplitter,
        // TrafficSplitter reads the journal's states from the cache.
        Journal = HostSources.Sqlite("/none"),
        Cache = cache,
        Routers = address,
        SplitKey = key,
        LogFormat = LogFormat.Json,
    };

    /// <summary>Starts the router.</summary>
    internal Task<MeasuredServer> StartAsync(TemporaryFolder folder, Backends backends, CancellationToken cancellation) =>
        Proxies.RouterAsync(
            folder, backends, cancellation, settings => settings with { Cache = cache, SplitUrls = address, SplitKey = key });
}
