using System.Diagnostics;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Bench.Functions;

/// <summary>
/// Starts the function Rollback as OCI Functions does, in turn for each way of publishing, and calls it once with an alarm's message. Its
/// journal is an emulated table, so the first call includes everything that a real one does: the SDK, a signature, JSON.
/// </summary>
internal sealed class FunctionsBench(int starts, IReadOnlyList<Publishing> publishings)
{
    private static readonly byte[] Message = """
        {"title":"failure-rate","type":"OK_TO_FIRING","timestampEpochMillis":1777896120000,"version":1.5,
        "alarmMetaData":[{"status":"FIRING",
        "dimensions":[{"model":"fraud","version":"2","variant":"canary","trial":"1"}],"metricValues":[{"v":"0.42"}]}]}
        """u8.ToArray();

    internal async Task<FunctionsReport> RunAsync(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var nosql = await NosqlEmulator.StartAsync();
        nosql.CreateTable("journal", "(model STRING, seq LONG, event JSON, PRIMARY KEY(SHARD(model), seq))");
        var settings = new FunctionsHostSettings
        {
            Function = FunctionName.Rollback,
            Journal = HostSources.Nosql(NosqlEmulator.Compartment, "journal"),
            Oci = new OciSettings
            {
                Identity = OciIdentity.ConfigFile,
                ConfigFile = nosql.Identity.ConfigFile,
                NosqlEndpoint = nosql.Endpoint.GetLeftPart(UriPartial.Authority),
            },
            LogFormat = LogFormat.Json,
        };
        var programs = new List<(Publishing Publishing, IReadOnlyList<string> Command, List<FunctionStart> Starts)>();
        foreach (var (publishing, index) in publishings.Select(static (publishing, index) => (publishing, index)))
            programs.Add((publishing, await publishing.PublishAsync(folder.Combine($"published-{index}"), cancellation), []));
        // Round by round, so other work on the machine affects all publications alike. The first round does not count.
        for (var round = 0; round <= starts; round++)
        {
            foreach (var (_, command, measured) in programs)
            {
                var start = await StartAsync(command, settings, folder.Combine("lsnr.sock"), cancellation);
                if (round > 0)
                    measured.Add(start);
            }
        }

        return new FunctionsReport([.. programs.Select(static program => new PublishingReport(program.Publishing.Name, program.Starts))]);
    }

    private static async Task<FunctionStart> StartAsync(
        IReadOnlyList<string> command, FunctionsHostSettings settings, string path, CancellationToken cancellation)
    {
        using var agent = new FnAgent(path);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings.ToEnvironment().Concat(agent.Variables))
            start.Environment[name] = value;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start) ?? throw new BenchException($"{command[0]} can't be started", ExitCode.Missing);
        var output = Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await Task.WhenAny(agent.ListeningAsync(cancellation), process.WaitForExitAsync(cancellation)).Unwrap();
            if (process.HasExited)
            {
                throw new BenchException(
                    $"the function ended with exit code {process.ExitCode}; its output: {string.Concat(await output)}");
            }

            var listening = ProcessorTime(process);
            var answer = await agent.CallAsync(new FnCall(Message), cancellation);
            if (answer.HttpStatus != 200)
                throw new BenchException($"the function answered {answer.HttpStatus}: {System.Text.Encoding.UTF8.GetString(answer.Body)}");
            return new FunctionStart(listening.TotalSeconds, ProcessorTime(process).TotalSeconds, process.WorkingSet64 / 1024.0 / 1024.0);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            File.Delete(path);
        }
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
