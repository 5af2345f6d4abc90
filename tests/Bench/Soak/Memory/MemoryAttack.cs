namespace ModelServing.Bench.Soak.Memory;

/// <summary>Something that costs much memory.</summary>
/// <param name="Name">What is sent.</param>
/// <param name="RunAsync">Sends it once.</param>
internal sealed record MemoryAttack(string Name, Func<SoakPlatform, CancellationToken, Task> RunAsync);
