using System.Diagnostics;
using System.Globalization;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs;

/// <summary>The program services/Jobs as a process.</summary>
internal sealed class JobProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string[]> output;

    private JobProcess(Process process)
    {
        this.process = process;
        output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    /// <summary>Starts it.</summary>
    /// <param name="heapMegabytes">The most memory for managed objects; null for no limit.</param>
    /// <param name="arguments">The arguments.</param>
    internal static JobProcess Start(int? heapMegabytes, params IEnumerable<string> arguments) => Start(heapMegabytes, [], arguments);

    /// <summary>Starts it with further variables.</summary>
    internal static JobProcess Start(
        int? heapMegabytes, IEnumerable<KeyValuePair<string, string>> variables, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Repository.Combine("artifacts", "bin", "Jobs", "release", "ModelServing.Jobs.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        if (heapMegabytes is { } most)
            start.Environment["DOTNET_GCHeapHardLimit"] = (most * 1024L * 1024).ToString("x", CultureInfo.InvariantCulture);
        return new JobProcess(Process.Start(start)!);
    }

    /// <summary>Starts <c>ms</c>, which starts the program for some commands.</summary>
    /// <param name="folder">The folder of the stack file.</param>
    /// <param name="arguments">The command.</param>
    internal static JobProcess StartMs(string folder, params IEnumerable<string> arguments) => new(Process.Start(new ProcessStartInfo(
        "dotnet", [Repository.Combine("artifacts", "bin", "Cli", "release", "ms.dll"), .. arguments])
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    internal void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Waits until it ends, or for some time.</summary>
    /// <returns>Whether it has ended.</returns>
    internal bool Wait(TimeSpan time) => process.WaitForExit(time);

    /// <summary>Waits until it has ended, and expects that it has done its work.</summary>
    /// <returns>The most memory that it had, in megabytes, resident.</returns>
    internal async Task<double> RunAsync(CancellationToken cancellation)
    {
        var peak = 0L;
        while (!process.WaitForExit(20))
        {
            cancellation.ThrowIfCancellationRequested();
            peak = Math.Max(peak, PeakMemory.BytesOf(process));
        }

        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {string.Concat(await output)}");
        return peak / 1e6;
    }

    /// <summary>Waits until it has ended, and expects that it has done its work.</summary>
    /// <returns>What it printed on its standard output.</returns>
    internal async Task<string> ReadAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        var printed = await output;
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {string.Concat(printed)}");
        return printed[0];
    }

    /// <summary>Waits until it has ended, and expects that it has not done its work.</summary>
    /// <returns>What it printed.</returns>
    internal async Task<string> FailAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        var printed = string.Concat(await output);
        Assert.True(process.ExitCode != 0, printed);
        return printed;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
    }
}
