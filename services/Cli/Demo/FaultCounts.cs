namespace ModelServing.Cli.Demo;

/// <summary>The counts of the last scene up to a moment.</summary>
/// <param name="Payments">The payments sent.</param>
/// <param name="Reached">How many of them reached the failing version.</param>
/// <param name="Failed">How many of those the fault made fail.</param>
/// <param name="FailedForCallers">How many payments failed for their callers.</param>
internal sealed record FaultCounts(int Payments, int Reached, int Failed, int FailedForCallers)
{
    internal static FaultCounts From(FaultProxy proxy, IReadOnlyCollection<DemoAnswer> answers) =>
        new(answers.Count, proxy.Calls, proxy.Failed, answers.Count(static answer => answer.Failure is not null));
}
