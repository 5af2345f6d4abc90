using ModelServing.Contracts.Reliability;

namespace ModelServing.Inference.Models;

/// <summary>The delay before a store is polled again: one second, then twice as long each time, up to 15 s. Each delay varies by up to a
/// quarter, so that pods that started together do not poll together.</summary>
internal sealed class PollDelay(Random random)
{
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

    /// <summary>Between two reads of a refused version's manifest. It changes only if a person deletes the version and publishes it
    /// again.</summary>
    internal static readonly TimeSpan ForRefused = TimeSpan.FromMinutes(1);

    private int waits;

    internal TimeSpan Next()
    {
        waits++;
        return Vary(Backoff.After(waits));
    }

    /// <summary>The next delay for a version that was refused.</summary>
    internal TimeSpan NextForRefused() => Vary(ForRefused);

    private TimeSpan Vary(TimeSpan delay) => delay * (0.75 + (random.NextDouble() / 2));
}
