namespace ModelServing.Cli.Up;

/// <summary>The wait before a dead process is restarted: 250 ms, then twice as long each time, up to 10 s.</summary>
internal sealed class Backoff
{
    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    /// <summary>A process that was ready for this long has recovered: its death counts as the first one.</summary>
    internal static readonly TimeSpan Recovered = TimeSpan.FromSeconds(10);

    private TimeSpan next = First;

    /// <summary>Returns the wait after a death.</summary>
    /// <param name="up">How long the process had been ready.</param>
    internal TimeSpan Next(TimeSpan up)
    {
        var wait = up >= Recovered ? First : next;
        next = wait * 2 < Most ? wait * 2 : Most;
        return wait;
    }
}
