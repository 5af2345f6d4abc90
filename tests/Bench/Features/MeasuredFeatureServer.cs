namespace ModelServing.Bench.Features;

/// <summary>The feature server while it is measured.</summary>
internal sealed record MeasuredFeatureServer(ServerProcess Process, Uri Address) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
