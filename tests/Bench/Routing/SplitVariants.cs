using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Bench.Routing;

/// <summary>The step before forwarding: picks a variant at random, creates a request identifier, and puts both into the answer's
/// headers.</summary>
internal sealed class SplitVariants(int stablePort, int canaryPort)
{
    /// <summary>The timeout of every request.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const string TimeoutMilliseconds = "5000";

    private readonly SplitVariant stable = Create(VariantPlan.Stable, stablePort);
    private readonly SplitVariant canary = Create(VariantPlan.Canary, canaryPort);

    internal SplitVariant Assign(HttpContext context, out string requestId)
    {
        var variant = Random.Shared.Next(100) < RouterBench.CanaryPercent ? canary : stable;
        requestId = Ulid.NewUlid().ToString();
        context.Response.Headers[HeaderNames.RequestId] = requestId;
        context.Response.Headers[HeaderNames.ModelVariant] = variant.Name;
        return variant;
    }

    /// <summary>The headers that the router adds to a request.</summary>
    internal static (string Name, string Value)[] Headers(SplitVariant variant, string requestId) =>
    [
        (HeaderNames.RequestId, requestId),
        (HeaderNames.ModelVariant, variant.Name),
        (HeaderNames.ModelRevision, "bench"),
        (HeaderNames.ModelTrial, "1"),
        (HeaderNames.RequestTimeout, TimeoutMilliseconds),
    ];

    private static SplitVariant Create(string name, int port)
    {
        var origin = $"http://127.0.0.1:{port}";
        return new(name, origin, new Uri(origin + InferencePaths.Infer(RouterBench.Model)));
    }
}
