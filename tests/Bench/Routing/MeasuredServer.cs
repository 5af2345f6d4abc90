using ModelServing.Contracts;

namespace ModelServing.Bench.Routing;

/// <summary>A server under measurement.</summary>
internal sealed record MeasuredServer(string Name, ServerProcess Process, int Port) : IAsyncDisposable
{
    internal Uri Address { get; } = new($"http://127.0.0.1:{Port}{InferencePaths.Infer(RouterBench.Model)}");

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
