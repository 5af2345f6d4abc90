using ModelServing.Contracts.Reliability;

namespace ModelServing.Router.Sources;

/// <summary>How patient a watch of the plan is.</summary>
internal sealed record WatchLimits
{
    /// <summary>How long a list may take. 5 s by default.</summary>
    internal TimeSpan List { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the API server is to keep a watch open, give or take a tenth so that routers don't ask in step. 20 s by default:
    /// its end is a sign of life too, and the next one goes on where it ended. Whole seconds.</summary>
    internal TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long nothing may come, no event, bookmark or end, before the connection counts as dead. 25 s by default; longer than any
    /// watch is kept open.</summary>
    internal TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The least that a watch without any event has to last; one that ends sooner counts as failed. 1 s by default.</summary>
    internal TimeSpan ShortestWatch { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after a first failure. 1 s by default; each further one in a row doubles it.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after any number of failures. 15 s by default.</summary>
    internal TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that a router which can reach the API server may go without a plan that is there: a connection dies silently in
    /// the moment of the change.</summary>
    internal TimeSpan LongestLag => Silence + FirstPause + List;

    /// <summary>The pause before the next list: between half and all of what the failures so far allow, so that routers don't come in step.</summary>
    /// <param name="failures">The failures in a row, from 1.</param>
    /// <param name="random">From 0 to 1.</param>
    internal TimeSpan PauseAfter(int failures, double random) => new Backoff(FirstPause, LongestPause).After(failures) * (0.5 + (random / 2));

    /// <summary>The seconds that the API server is asked to keep a watch open.</summary>
    /// <param name="random">From 0 to 1.</param>
    internal int WatchSeconds(double random) => (int)Math.Max(1, Math.Round(Watch.TotalSeconds * (0.9 + (0.2 * random))));
}
