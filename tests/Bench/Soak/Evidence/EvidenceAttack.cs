using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Evidence;

/// <summary>What a hostile caller sends to a canary's routing keys.</summary>
/// <param name="Name">The name.</param>
/// <param name="Model">The model.</param>
/// <param name="AtOnce">How many requests it has at a time.</param>
internal sealed record EvidenceAttack(string Name, string Model, int AtOnce)
{
    /// <summary>The requests, of which each is sent as often as any other.</summary>
    internal IReadOnlyList<HostileRequest> Requests { get; init; } = [];

    /// <summary>The calls by gRPC that are sent instead of requests; null for none.</summary>
    internal EvidenceCalls? Calls { get; init; }

    /// <summary>Sends one request or call. What becomes of it does not matter.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="headers">The caller's credential and routing key.</param>
    /// <param name="random">Selects the request.</param>
    internal Task SendAsync(HostilePlatform platform, IReadOnlyList<string> headers, Random random) => Calls is { } calls
        ? calls.SendAsync(platform.Grpc, headers, random)
        : HostileSender.SendAsync(
            Requests[random.Next(Requests.Count)],
            new HostileTarget(platform.Api, new Dictionary<string, string>(), headers),
            CancellationToken.None);
}
