namespace ModelServing.Bench.Soak.Mutants;

/// <summary>A test that failed.</summary>
/// <param name="Name">The test, with its arguments.</param>
/// <param name="Method">Its method; null if the program ended, or was ended, without a result.</param>
/// <param name="Time">How long it took.</param>
internal sealed record FailedTest(string Name, string? Method, TimeSpan Time)
{
    // On a busy machine, a test may wait in vain for something that the mutation has nothing to do with. Others fail sooner.
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(10);

    /// <summary>Whether it may have waited in vain, so that it must fail again.</summary>
    internal bool IsDoubtful => Method is not null && Time >= Waiting;
}
