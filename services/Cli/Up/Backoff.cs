namespace ModelServing.Cli.Up;

/// <summary>How long to wait before something that died is started again: 250 ms, then twice as long each time, up to 10 s.</summary>
internal sealed class Backoff
{
    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    /// <summary>What was up for this long died of something new.</summary>
    internal static readonly TimeSpan Recovered = TimeSpan.FromSeconds(10);

    private TimeSpan next = First;

    /// <summary>The wait after a death.</summary>
    /// <param name="up">For how long it had been ready.</param>
    internal TimeSpan Next(TimeSpan up)
    {
        var wait = up >= Recovered ? First : next;
        next = wait * 2 < Most ? wait * 2 : Most;
        return wait;
    }
}
