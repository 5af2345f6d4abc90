using System.Diagnostics;
using System.Globalization;
using ModelServing.TestKit;

namespace ModelServing.Bench;

/// <summary>The load generator wrk. It repeats one request on persistent connections.</summary>
internal sealed class Wrk
{
    private const string Result = "result:";

    // wrk prints its figures for people. This script prints those of the same run in a form that can be parsed.
    private const string Script = """
        wrk.method = "POST"
        wrk.headers["Content-Type"] = TYPE
        wrk.body = BODY
        done = function(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("result: %d %d %d %d %d\n", summary.requests, summary.duration,
            latency:percentile(50), latency:percentile(99),
            e.connect + e.read + e.write + e.timeout + e.status))
        end
        """;

    // As a router does. wrk itself would repeat one identifier.
    private const string Identifiers = """
        local number = os.time() * 1000000
        request = function()
          number = number + 1
          wrk.headers["X-Request-Id"] = string.format("01ARZ3NDEK%016d", number)
          return wrk.format()
        end

        """;

    private static int scripts;

    private readonly string program;
    private readonly string script;
    private readonly int connections;

    internal Wrk(
        InstalledProgram program,
        TemporaryFolder folder,
        WrkBody body,
        int connections,
        bool hasIdentifiers = false,
        params ReadOnlySpan<(string Name, string Value)> headers)
    {
        this.program = program.FullPath!;
        this.connections = connections;
        script = folder.Combine($"request-{Interlocked.Increment(ref scripts)}.lua");
        var headerLines = headers.ToArray().Select(static header => $"wrk.headers[\"{header.Name}\"] = \"{header.Value}\"\n");
        var identifiers = hasIdentifiers ? Identifiers : "";
        var own = Script.Replace("TYPE", $"\"{body.Type}\"", StringComparison.Ordinal)
            .Replace("BODY", body.ToLua(), StringComparison.Ordinal);
        File.WriteAllText(script, string.Concat(headerLines) + identifiers + own);
    }

    /// <summary>Sends requests to <paramref name="address"/> for some seconds.</summary>
    /// <exception cref="BenchException">A request failed.</exception>
    internal async Task<WrkResult> RunAsync(string server, Uri address, int seconds, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "--threads", "1",
            "--connections", connections.ToString(CultureInfo.InvariantCulture),
            "--duration", $"{seconds}s",
            // On a busy machine, an answer may take longer than wrk waits by itself.
            "--timeout", "10s",
            "--script", script,
            address.ToString(),
        ];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new BenchException("wrk can't be started");
        try
        {
            var output = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            var line = output[0].Split('\n').FirstOrDefault(static line => line.StartsWith(Result, StringComparison.Ordinal))
                ?? throw new BenchException($"wrk printed no result for {server}; its output: {string.Concat(output).Trim()}");
            var figures = line[Result.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(static text => long.Parse(text, CultureInfo.InvariantCulture))
                .ToArray();
            if (figures[4] != 0)
                throw new BenchException($"{figures[4]} of {figures[0]} requests to {server} failed, so there are no figures");
            return new WrkResult(
                figures[0] / TimeSpan.FromMicroseconds(figures[1]).TotalSeconds,
                figures[0],
                TimeSpan.FromMicroseconds(figures[2]),
                TimeSpan.FromMicroseconds(figures[3]));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
