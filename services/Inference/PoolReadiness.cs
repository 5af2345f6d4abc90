using ModelServing.Hosting;

namespace ModelServing.Inference;

/// <summary>The readiness of the host, as it follows from that of its versions. A host of one version is ready when the version is. A pool
/// is ready once each of its versions was tried: a version that is refused must not keep the others from their requests.</summary>
internal sealed class PoolReadiness(Readiness readiness, IReadOnlyList<VersionSettings> versions)
{
    private readonly Lock changing = new();
    private int starting = versions.Count;

    /// <summary>Why no version is ready; null if nothing but a version itself can keep it from that.</summary>
    internal string? Reason => readiness.Reason;

    /// <summary>A version changes.</summary>
    /// <param name="version">The version.</param>
    /// <param name="why">Why it is not ready; null if it is.</param>
    /// <param name="starts">Whether it has been tried for the first time.</param>
    internal void Changed(VersionSettings version, string? why, bool starts)
    {
        lock (changing)
        {
            if (starts)
                starting--;
            if (version.IsPooled)
                why = starting > 0 ? $"{versions.Count - starting} of {versions.Count} versions have been loaded" : null;
            if (why is null)
                readiness.Ready();
            else
                readiness.NotReady(why);
        }
    }
}
