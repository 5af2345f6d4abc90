namespace ModelServing.Bench.Soak.Mutants;

/// <summary>A test that failed.</summary>
/// <param name="Name">The test, with its arguments.</param>
/// <param name="Method">Its method; null if the program ended, or was ended, without a result.</param>
internal sealed record FailedTest(string Name, string? Method);
