using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Inference;

/// <summary>The readiness of the host, as it follows from that of its versions. A host of one version is ready when the version is. A pool
/// is ready once each of its versions was tried: a version that is refused must not keep the others from their requests. Only a new pool
/// may be told to wait for a while (<see cref="InferenceSettings.PoolPatience"/>).</summary>
internal sealed class PoolReadiness : IDisposable
{
    // Says that the pool has been ready, for the processes that follow.
    private const string ReadyFile = "ready";

    private readonly Readiness readiness;
    private readonly HostFailure failure;
    private readonly ITimer? patience;
    private readonly string? file;

    // Guards all that follows.
    private readonly Lock changing = new();
    private readonly Dictionary<VersionSettings, string> refused = new(ReferenceEqualityComparer.Instance);
    private readonly int count;
    private readonly bool isPool;
    private int starting;
    private bool hasPatience;

    public PoolReadiness(
        InferenceSettings settings,
        IReadOnlyList<VersionSettings> versions,
        Readiness readiness,
        HostFailure failure,
        TimeProvider time)
    {
        this.readiness = readiness;
        this.failure = failure;
        isPool = settings.Pool is not null;
        count = starting = versions.Count;
        file = isPool && settings.PoolState is { } folder ? Path.Combine(folder, ReadyFile) : null;
        if (!isPool || settings.PoolPatience == TimeSpan.Zero || File.Exists(file))
            return;
        hasPatience = true;
        patience = time.CreateTimer(_ => EndPatience(), null, settings.PoolPatience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why no version is ready; null if nothing but a version itself can keep it from that.</summary>
    internal string? Reason => readiness.Reason;

    public void Dispose() => patience?.Dispose();

    /// <summary>Ends the process.</summary>
    internal void Fail(string why) => failure.Stop(why);

    /// <summary>A version changes.</summary>
    /// <param name="version">Which one.</param>
    /// <param name="why">Why it is not ready; null if it is.</param>
    /// <param name="starts">Whether it has been tried for the first time.</param>
    internal void Changed(VersionSettings version, string? why, bool starts)
    {
        lock (changing)
        {
            if (starts)
                starting--;
            if (why is null)
                refused.Remove(version);
            else
                refused[version] = why;
            Set(isPool ? FindReason() : why);
        }
    }

    private void EndPatience()
    {
        lock (changing)
        {
            hasPatience = false;
            Set(FindReason());
        }
    }

    private string? FindReason() => starting > 0 ? $"{count - starting} of {count} versions have been loaded"
        : hasPatience && refused.Count > 0 ? string.Join("; ", refused.Values)
        : null;

    private void Set(string? why)
    {
        if (why is not null)
        {
            readiness.NotReady(why);
            return;
        }

        readiness.Ready();
        if (!isPool)
            return;
        hasPatience = false;
        Note();
    }

    // Once. Without the file, the next process has patience again, which does no harm.
    private void Note()
    {
        if (file is null || File.Exists(file))
            return;
        try
        {
            File.WriteAllBytes(file, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            readiness.Degrade("pool state", $"{file} can't be written: {e.Message}");
        }
    }
}
