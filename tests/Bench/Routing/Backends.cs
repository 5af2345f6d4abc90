using ModelServing.TestKit;

namespace ModelServing.Bench.Routing;

/// <summary>The two backends of every proxy: one nginx process that sends a fixed answer on two ports.</summary>
internal sealed class Backends : IAsyncDisposable
{
    private Backends(ServerProcess process, int stable, int canary)
    {
        Stable = stable;
        Canary = canary;
        Alone = new MeasuredServer("backend", process, stable);
    }

    internal int Stable { get; }

    internal int Canary { get; }

    /// <summary>The stable backend without a proxy, which is the upper bound.</summary>
    internal MeasuredServer Alone { get; }

    internal static async Task<Backends> StartAsync(InstalledProgram nginx, TemporaryFolder folder, CancellationToken cancellation)
    {
        var (stable, canary) = (FreePort.Find(), FreePort.Find());
        var server = $$"""
            server {
              listen 127.0.0.1:{{stable}};
              listen 127.0.0.1:{{canary}};
              default_type application/json;
              location / { return 200 '{{RouterBench.Answer}}'; }
            }
            """;
        return new Backends(await Nginx.StartAsync("backend", nginx, folder, workers: 1, server, stable, cancellation), stable, canary);
    }

    public ValueTask DisposeAsync() => Alone.DisposeAsync();
}
