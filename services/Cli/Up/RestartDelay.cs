using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli.Up;

/// <summary>How long to wait before a host that died is started again: 250 ms, then twice as long each time, up to 10 s.</summary>
internal sealed class RestartDelay
{
    internal static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));

    /// <summary>A host that was ready for this long died of something new.</summary>
    internal static readonly TimeSpan Recovered = TimeSpan.FromSeconds(10);

    private int deaths;

    /// <summary>Returns the wait after a death.</summary>
    /// <param name="up">How long the host had been ready.</param>
    internal TimeSpan Next(TimeSpan up)
    {
        deaths = up >= Recovered ? 1 : deaths + 1;
        return Backoff.After(deaths);
    }
}
