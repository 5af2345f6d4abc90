using ModelServing.Contracts.Reliability;

namespace ModelServing.Inference.Models;

/// <summary>How long to wait before a store is asked again: a second, then twice as long each time, up to 15 s, and each up to a quarter
/// shorter or longer, so that pods which were born together do not ask together.</summary>
internal sealed class PollDelay(Random random)
{
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

    /// <summary>Between two looks at the manifest of a version that was refused: it changes only when a person takes the version away.</summary>
    internal static readonly TimeSpan OfRefused = TimeSpan.FromMinutes(1);

    private int waits;

    /// <summary>The next wait.</summary>
    internal TimeSpan Next()
    {
        waits++;
        return About(Backoff.After(waits));
    }

    /// <summary>The next wait for a version that was refused.</summary>
    internal TimeSpan NextOfRefused() => About(OfRefused);

    private TimeSpan About(TimeSpan wait) => wait * (0.75 + (random.NextDouble() / 2));
}
