namespace ModelServing.Hosting;

/// <summary>Whether the process can still do its work. A supervisor restarts a process that is not live.</summary>
public sealed class Liveness
{
    private volatile string? reason;

    /// <summary>Why the process is not live; null if it is.</summary>
    public string? Reason => reason;

    public void Lost(string why) => reason = why;

    public void Regained() => reason = null;
}
