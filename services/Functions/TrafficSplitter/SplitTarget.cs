using ModelServing.Contracts;
using ModelServing.Functions.Listener;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>The model of a request for which the rollout picks the variant.</summary>
/// <param name="Query">The query with its question mark; empty for none.</param>
internal sealed record SplitTarget(ModelName Model, string Query)
{
    private const string Infer = "/infer";

    /// <summary>Reads a request. Null if the routers do all of it: if it is not an inference, names its version, or has a path that only
    /// they can read, or if it names the variant. A tester may do that, and only the routers know who is one.</summary>
    internal static SplitTarget? Read(GatewayRequest request, IReadOnlyDictionary<string, string> headers)
    {
        var query = request.Url.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? request.Url : request.Url[..query];
        if (path is [.., '/'])
            path = path[..^1];
        return request.Method == "POST"
            && path.StartsWith(InferencePaths.Models, StringComparison.Ordinal)
            && path.EndsWith(Infer, StringComparison.Ordinal)
            && path.Length > InferencePaths.Models.Length + Infer.Length
            && ModelName.TryParse(path[InferencePaths.Models.Length..^Infer.Length], null, out var model)
            && !headers.ContainsKey(HeaderNames.ModelVariant)
                ? new SplitTarget(model, query < 0 ? "" : request.Url[query..])
                : null;
    }
}
