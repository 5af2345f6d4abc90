using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;
using ModelServing.Runtime.Replays;

namespace ModelServing.Jobs.Replays;

/// <summary>The versions that a replay calls, each in a process of its own. A few are open at a time.</summary>
/// <param name="registry">The registry of the versions.</param>
/// <param name="program">The program whose child processes open them.</param>
/// <param name="deadline">How long a call may take.</param>
internal sealed class ReplayModels(ModelRegistry registry, FirstRunProgram program, ModelName model, TimeSpan deadline) : IDisposable
{
    /// <summary>How often a version's process may end before the version is not called any more.</summary>
    internal const int MostEnds = 10;

    // The candidate, stable, a canary, and the stable version before.
    private const int MostOpen = 4;

    private readonly Dictionary<int, ReplayModel> known = [];
    private long uses;

    public void Dispose()
    {
        foreach (var one in known.Values)
            one.Process?.Dispose();
    }

    /// <summary>The manifest of a version.</summary>
    /// <exception cref="RegistryException">The version can't be read.</exception>
    internal async Task<Manifest> ManifestAsync(int version, CancellationToken cancellation)
    {
        if (!known.TryGetValue(version, out var one))
            known[version] = one = new ReplayModel(await registry.ReadManifestAsync(model, new ModelVersion(version), cancellation));
        return one.Manifest;
    }

    /// <summary>Calls a version, whose process is started if necessary.</summary>
    /// <exception cref="RegistryException">The version can't be read.</exception>
    /// <exception cref="ReplayException">The version can't be opened.</exception>
    internal async Task<ReplayAnswer> CallAsync(int version, IReadOnlyList<ReplayTensor> inputs, CancellationToken cancellation)
    {
        await ManifestAsync(version, cancellation);
        var one = known[version];
        if (one.Ends == MostEnds)
            return new ReplayAnswer([], 0, $"not called, because its process ended {MostEnds} times");
        one.LastUse = ++uses;
        if (one.Process is null)
        {
            if (known.Values.Where(static other => other.Process is not null).ToList() is { Count: MostOpen } open)
                open.MinBy(static other => other.LastUse)!.Close();
            one.Process = await ReplayProcess.StartAsync(
                program, await registry.ReadArtifactAsync(model, new ModelVersion(version), cancellation), cancellation);
        }

        var answer = await one.Process.CallAsync(inputs, deadline, cancellation);
        if (answer.HasEnded)
        {
            one.Close();
            one.Ends++;
        }

        return answer;
    }

    private sealed class ReplayModel(Manifest manifest)
    {
        internal Manifest Manifest { get; } = manifest;

        internal ReplayProcess? Process { get; set; }

        internal long LastUse { get; set; }

        internal int Ends { get; set; }

        internal void Close()
        {
            Process?.Dispose();
            Process = null;
        }
    }
}
