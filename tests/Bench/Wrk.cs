using System.Diagnostics;
using System.Globalization;
using ModelServing.TestKit;

namespace ModelServing.Bench;

/// <summary>The load generator: one request, again and again, on connections that stay open.</summary>
internal sealed class Wrk
{
    private const string Result = "result:";

    // It prints its own figures for a reader; ours come from the same run, in a form to parse.
    private const string Script = """
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        wrk.body = [==[BODY]==]
        done = function(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("result: %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
            e.connect + e.read + e.write + e.timeout + e.status))
        end
        """;

    private readonly string program;
    private readonly string script;
    private readonly int connections;

    internal Wrk(InstalledProgram program, TemporaryFolder folder, string body, int connections, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        this.program = program.FullPath!;
        this.connections = connections;
        script = folder.Combine("request.lua");
        File.WriteAllText(script, string.Concat(headers.ToArray().Select(static header => $"wrk.headers[\"{header.Name}\"] = \"{header.Value}\"\n")) + Script.Replace("BODY", body, StringComparison.Ordinal));
    }

    /// <summary>Sends requests to <paramref name="address"/> for some seconds; every answer has to be a good one.</summary>
    internal async Task<WrkResult> RunAsync(string server, Uri address, int seconds, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--threads", "1", "--connections", Text(connections), "--duration", $"{seconds}s", "--script", script, address.ToString()])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new BenchException("wrk can't be started");
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            var line = said[0].Split('\n').FirstOrDefault(static line => line.StartsWith(Result, StringComparison.Ordinal))
                ?? throw new BenchException($"wrk gave no result for {server}; it said: {string.Concat(said).Trim()}");
            var figures = line[Result.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            if (figures[4] != 0)
                throw new BenchException($"{figures[4]} of {figures[0]} requests to {server} failed: nothing that fails is measured");
            return new WrkResult(figures[0] / TimeSpan.FromMicroseconds(figures[1]).TotalSeconds, figures[0], TimeSpan.FromMicroseconds(figures[2]), TimeSpan.FromMicroseconds(figures[3]));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
