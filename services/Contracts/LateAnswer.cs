namespace ModelServing.Contracts;

/// <summary>Tells whose time a late answer took: the version's own, or that of other requests and processes.</summary>
public static class LateAnswer
{
    // A version that needs all of a request's time has the processor for much of it, even beside other work.
    private const double OwnPart = 0.5;

    /// <summary>Whether the version's own work was only a small part of the request's time.</summary>
    /// <param name="work">The processor time of that work; null if it is not known.</param>
    /// <param name="limit">The request's time.</param>
    public static bool IsOfOthers(TimeSpan? work, TimeSpan limit) => work < limit * OwnPart;
}
