using System.Globalization;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Memory;

/// <summary>The attacks of <c>tests/Hostile/memory.yaml</c>, which once filled or killed a pod of 1 GiB.</summary>
internal static class MemoryAttacks
{
    internal static IReadOnlyList<MemoryAttack> All { get; } =
        [.. HostileRequests.OfKind("memory").Select(static request => new MemoryAttack(request.Name, (platform, cancellation) =>
            HostileSender.SendAsync(request, [.. request.To.Select(to => TargetOf(platform, request, to))], cancellation)))];

    private static HostileTarget TargetOf(SoakPlatform platform, HostileRequest request, string to)
    {
        var pod = to == "router" ? platform.Router : platform.VersionOf(SoakModel.Named(request.Model));
        return new HostileTarget(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{pod.Port}")), new Dictionary<string, string>(), []);
    }
}
