using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Bench.Routing;

/// <summary>The step before forwarding: picks a variant at random, creates a request identifier, and puts both into the answer's
/// headers.</summary>
internal sealed class LibraryVariants(int stablePort, int canaryPort)
{
    private readonly LibraryVariant stable = Create(VariantPlan.Stable, stablePort);
    private readonly LibraryVariant canary = Create(VariantPlan.Canary, canaryPort);

    internal LibraryVariant Assign(HttpContext context, out string requestId)
    {
        var variant = Random.Shared.Next(100) < RouterBench.CanaryPercent ? canary : stable;
        requestId = Ulid.NewUlid().ToString();
        context.Response.Headers[HeaderNames.RequestId] = requestId;
        context.Response.Headers[HeaderNames.ModelVariant] = variant.Name;
        return variant;
    }

    private static LibraryVariant Create(string name, int port)
    {
        var origin = $"http://127.0.0.1:{port}";
        return new(name, origin, new Uri(origin + InferencePaths.Infer(RouterBench.Model)));
    }
}
