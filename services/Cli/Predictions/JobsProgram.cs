using System.Diagnostics;
using ModelServing.Cli.Up;

namespace ModelServing.Cli.Predictions;

/// <summary>The program of batch jobs. Its libraries are large, so <c>./dev</c> builds it only for the commands that start it.</summary>
internal sealed record JobsProgram(string Dotnet, string Assembly)
{
    private const string Name = "Jobs";

    /// <summary>Finds the program beside this one.</summary>
    /// <exception cref="CommandException">It was not built.</exception>
    internal static JobsProgram Find() => Find(AppContext.BaseDirectory, HostPrograms.Dotnet());

    /// <param name="folder">The folder of this program, <c>artifacts/bin/Cli/CONFIGURATION</c>.</param>
    /// <param name="dotnet">The dotnet to call.</param>
    internal static JobsProgram Find(string folder, string dotnet)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var bin = Path.GetFullPath(Path.Combine(folder, "..", ".."));
        var assembly = Path.Combine(bin, Name, Path.GetFileName(folder), $"ModelServing.{Name}.dll");
        return File.Exists(assembly)
            ? new JobsProgram(dotnet, assembly)
            : throw new CommandException(
                ExitCode.Failed,
                $"{assembly} does not exist",
                "'./dev ms' builds it for the commands that start it.");
    }

    /// <summary>Runs a job. It writes to this program's own outputs, and its progress bar is on this terminal.</summary>
    /// <param name="arguments">The job and its arguments.</param>
    /// <param name="signals">Stop the job.</param>
    /// <param name="variables">Further environment variables of the job.</param>
    /// <returns>The job's exit code.</returns>
    internal async Task<int> RunAsync(
        IEnumerable<string> arguments, StopSignals signals, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(Dotnet, [Assembly, .. arguments, "--stop-with-input"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await using var stopping = signals.Stop.Register(() => CloseInput(process));
        await using var killing = signals.Kill.Register(() => process.Kill());
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    private static void CloseInput(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process has already ended.
        }
    }
}
