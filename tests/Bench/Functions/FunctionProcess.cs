using System.Diagnostics;
using ModelServing.Contracts.Functions;
using ModelServing.TestKit.Functions;

namespace ModelServing.Bench.Functions;

/// <summary>A function's process. It is started and called as OCI Functions does it: by a socket, one call at a time.</summary>
internal sealed class FunctionProcess : IAsyncDisposable
{
    private readonly FnAgent agent;
    private readonly Process process;
    private readonly Task<string[]> output;

    private FunctionProcess(FnAgent agent, Process process)
    {
        this.agent = agent;
        this.process = process;
        output = Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
    }

    /// <summary>The working set in MB.</summary>
    internal double Megabytes => process.WorkingSet64 / 1024.0 / 1024.0;

    /// <summary>Starts a function and waits until it listens.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="path">The socket's path. Its folder must exist.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="BenchException">It ended before it listened.</exception>
    internal static async Task<FunctionProcess> StartAsync(
        IReadOnlyList<string> command, FunctionsHostSettings settings, string path, CancellationToken cancellation)
    {
        var agent = new FnAgent(path);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings.ToEnvironment().Concat(agent.Variables))
            start.Environment[name] = value;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var started = new FunctionProcess(
            agent, Process.Start(start) ?? throw new BenchException($"{command[0]} can't be started", ExitCode.Missing));
        try
        {
            await Task.WhenAny(agent.ListeningAsync(cancellation), started.process.WaitForExitAsync(cancellation)).Unwrap();
            return started.process.HasExited
                ? throw new BenchException(
                    $"the function ended with exit code {started.process.ExitCode}; its output: {string.Concat(await started.output)}")
                : started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a call that must be answered with 200.</summary>
    /// <exception cref="BenchException">It was answered with another status.</exception>
    internal async Task CallAsync(FnCall call, CancellationToken cancellation)
    {
        var answer = await agent.CallAsync(call, cancellation);
        if (answer.HttpStatus != 200)
            throw new BenchException($"the function answered {answer.HttpStatus}: {System.Text.Encoding.UTF8.GetString(answer.Body)}");
    }

    internal TimeSpan ProcessorTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        agent.Dispose();
        File.Delete(agent.Path);
    }
}
