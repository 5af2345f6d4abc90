using System.Diagnostics;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Bench.Features;

/// <summary>Debian's redis-server on a free port of the loopback device, with nothing on disk.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private ServerProcess? server;

    internal int Port { get; } = FreePort.Find();

    internal CacheSettings Settings => new() { Addresses = [string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}")] };

    internal static async Task<RedisProcess> StartAsync(CancellationToken cancellation)
    {
        var program = InstalledProgram.Find("redis-server");
        InstalledProgram.Require(program);
        var redis = new RedisProcess();
        var start = new ProcessStartInfo(program.FullPath!,
        [
            "--bind", "127.0.0.1",
            "--port", redis.Port.ToString(CultureInfo.InvariantCulture),
            "--save", "",
            "--appendonly", "no",
            "--dir", redis.folder.FullPath,
        ]);
        try
        {
            redis.server = await ServerProcess.StartAsync("redis-server", start, redis.Port, KillAsync, cancellation);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs redis-benchmark with one connection, and returns the 99th percentile that it prints, in milliseconds.</summary>
    internal async Task<double> BenchmarkAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(InstalledProgram.Find("redis-benchmark").FullPath!,
        [
            "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "1", "--csv", .. arguments,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
        var row = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(static line => line.StartsWith('"'));
        return row?.Split("\",\"") is { Length: 8 } fields
            && double.TryParse(fields[6], NumberStyles.Float, CultureInfo.InvariantCulture, out var p99)
            ? p99
            : throw new BenchException($"redis-benchmark printed no 99th percentile: {output}{await errors}");
    }

    /// <summary>The processor time that the server has used.</summary>
    internal TimeSpan ProcessorTime() => server!.ProcessorTime();

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        folder.Dispose();
    }

    private static Task KillAsync(Process process)
    {
        process.Kill();
        return Task.CompletedTask;
    }
}
