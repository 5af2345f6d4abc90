namespace ModelServing.Bench.Soak.Memory;

/// <summary>One attack on memory.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Models">The models whose versions it aims at.</param>
/// <param name="RunAsync">Runs it once. How its requests end does not matter.</param>
internal sealed record MemoryAttack(
    string Name, IReadOnlyList<SoakModel> Models, Func<SoakPlatform, CancellationToken, Task> RunAsync);
