using System.Diagnostics;

namespace ModelServing.TestKit.Hostile;

/// <summary>Sends each request of a kind once to each of its targets, and checks what callers see and what the platform counts.</summary>
public static class HostileRound
{
    // Counts are taken in the background.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns what was not right, with the name of its request where it was one.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(HostilePlatform platform, string kind, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var faults = new List<string>(await platform.FaultsOfGoodAsync());
        var requests = HostileRequests.OfKind(kind).ToLookup(static request => request.IsVersionsFault);
        // What a version is to blame for comes last, because the counts of versions may then grow.
        foreach (var isVersionsFault in (bool[])[false, true])
        {
            var before = await platform.FailuresAsync();
            foreach (var request in requests[isVersionsFault])
            {
                foreach (var target in await platform.TargetsAsync(request))
                {
                    var began = Stopwatch.GetTimestamp();
                    var answers = await HostileSender.SendAsync(request, target, cancellation);
                    faults.AddRange(answers.Select(answer => answer.FaultIn(request)).OfType<string>()
                        .Select(fault => $"{request} at {target.Address} {string.Join(' ', target.Headers)}: {fault} " +
                            $"(after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s)"));
                }
            }

            await Task.Delay(Settle, cancellation);
            var after = await platform.FailuresAsync();
            faults.AddRange(isVersionsFault
                // Stable fails too, so nothing is evidence.
                ? after.OfWatched().GrownSince(before.OfWatched())
                : after.GrownSince(before).Select(grown => $"counted as a version's failure after {kind}: {grown}"));
        }

        faults.AddRange(platform.Faults());
        faults.AddRange(await platform.FaultsOfGoodAsync());
        return faults;
    }
}
