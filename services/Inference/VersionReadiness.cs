using ModelServing.Inference.Crashes;

namespace ModelServing.Inference;

/// <summary>Whether a version is ready, and if not, why.</summary>
internal sealed class VersionReadiness(VersionSettings settings, PoolReadiness pool, VersionRecord? record = null)
{
    private volatile string? reason = "starting";
    private volatile bool hasStarted;

    /// <summary>Why the version is not ready; null if it is.</summary>
    internal string? Reason => reason ?? pool.Reason;

    /// <summary>Whether the version is not ready because it ended the process before.</summary>
    internal bool HasEndedProcess => reason is not null && record?.IsKnownCulprit == true;

    /// <summary>The version can answer.</summary>
    internal void Ready() => Set(null, isSettled: true);

    /// <summary>The version can't answer yet.</summary>
    internal void NotReady(string why) => Set(why, isSettled: false);

    /// <summary>The version can't answer, and that may last. Other versions of its pool do not wait for it.</summary>
    internal void Refuse(string why) => Set(why, isSettled: true);

    /// <summary>The version, which is the only one of the process, will never be able to answer. The process ends.</summary>
    internal void Fail(string why)
    {
        NotReady(why);
        pool.Fail(why);
    }

    private void Set(string? why, bool isSettled)
    {
        reason = why;
        var starts = isSettled && !hasStarted;
        hasStarted |= isSettled;
        pool.Changed(settings, why, starts);
    }
}
