using ModelServing.Contracts.Reliability;

namespace ModelServing.Router.Sources;

/// <summary>The time limits of a watch of the plan.</summary>
internal sealed record WatchLimits
{
    /// <summary>How long a list may take. 5 s by default.</summary>
    internal TimeSpan List { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the API server should keep a watch open, varied by up to a tenth so that routers do not reconnect in step. 20 s by
    /// default: the end of a watch is a sign of life as well, and the next watch continues where it ended. Whole seconds.</summary>
    internal TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After this time without an event, a bookmark or an end, the connection counts as dead. 25 s by default, which is longer
    /// than any watch stays open.</summary>
    internal TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>A watch without events that ends sooner than this counts as failed. 1 s by default.</summary>
    internal TimeSpan ShortestWatch { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after a first failure. 1 s by default; each further failure in a row doubles it.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after any number of failures. 15 s by default.</summary>
    internal TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest delay before a router that can reach the API server has a new plan: the connection dies silently just before
    /// the change.</summary>
    internal TimeSpan LongestLag => Silence + FirstPause + List;

    /// <summary>The pause before the next list: from half to all of the limit that the failures so far set, so that routers do not retry in
    /// step.</summary>
    /// <param name="failures">The number of failures in a row, from 1.</param>
    /// <param name="random">From 0 to 1.</param>
    internal TimeSpan PauseAfter(int failures, double random) =>
        new Backoff(FirstPause, LongestPause).After(failures) * (0.5 + (random / 2));

    /// <summary>The number of seconds for which the API server should keep a watch open.</summary>
    /// <param name="random">From 0 to 1.</param>
    internal int WatchSeconds(double random) => (int)Math.Max(1, Math.Round(Watch.TotalSeconds * (0.9 + (0.2 * random))));
}
