using System.Diagnostics;
using ModelServing.Cli.Images;
using ModelServing.Cli.Up;

namespace ModelServing.Cli.Predictions;

/// <summary>The program of batch jobs. Its libraries are large, so <c>./dev</c> does not build it with the other programs; it is built when
/// it is first used, and when its sources have changed.</summary>
internal sealed record JobsProgram(string Dotnet, string Assembly)
{
    private const int MostErrors = 20;

    private const string Name = "Jobs";

    /// <summary>Builds the program if needed.</summary>
    /// <exception cref="CommandException">It can't be built.</exception>
    internal static Task<JobsProgram> BuildAsync(Terminal terminal, CancellationToken cancellation) =>
        BuildAsync(terminal, AppContext.BaseDirectory, HostPrograms.Dotnet(), cancellation);

    /// <param name="terminal">Shows that a build takes a while.</param>
    /// <param name="folder">The folder of this program, <c>artifacts/bin/Cli/CONFIGURATION</c>.</param>
    /// <param name="dotnet">The dotnet to call.</param>
    /// <param name="cancellation">Cancels the build.</param>
    internal static async Task<JobsProgram> BuildAsync(Terminal terminal, string folder, string dotnet, CancellationToken cancellation)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var bin = Path.GetFullPath(Path.Combine(folder, "..", ".."));
        var assembly = Path.Combine(bin, Name, Path.GetFileName(folder), $"ModelServing.{Name}.dll");
        var project = Path.GetFullPath(Path.Combine(bin, "..", "..", "services", Name, $"{Name}.csproj"));
        if (!File.Exists(project))
        {
            // A copy of the programs without their sources.
            return File.Exists(assembly)
                ? new JobsProgram(dotnet, assembly)
                : throw new CommandException(ExitCode.Failed, $"{assembly} does not exist, and neither do its sources, {project}");
        }

        if (!File.Exists(assembly))
            terminal.Say("Building services/Jobs, which takes a minute the first time.");
        var start = new ProcessStartInfo(
            dotnet,
            [
                "msbuild",
                project,
                "-restore",
                $"-p:Configuration={Path.GetFileName(folder)}",
                // A compiler that stays would keep this program's pipes open.
                "-p:UseSharedCompilation=false",
                "-verbosity:quiet",
                "-nologo",
                "-terminalLogger:off",
                "-nodeReuse:false",
            ])
        {
            WorkingDirectory = Path.GetDirectoryName(project)!,
        };
        var exit = await Tool.RunAsync(start, "", cancellation)
            ?? throw new CommandException(ExitCode.Failed, $"{dotnet} can't be started, so services/Jobs can't be built");
        return exit.Code == 0
            ? new JobsProgram(dotnet, assembly)
            : throw new CommandException(
                ExitCode.Failed, ["services/Jobs can't be built:", .. exit.Output.Concat(exit.Errors).TakeLast(MostErrors)]);
    }

    /// <summary>Runs a job. It writes to this program's own outputs, and its progress bar is on this terminal.</summary>
    /// <param name="arguments">The job and its arguments.</param>
    /// <param name="signals">Stop the job.</param>
    /// <returns>The job's exit code.</returns>
    internal async Task<int> RunAsync(IEnumerable<string> arguments, StopSignals signals)
    {
        var start = new ProcessStartInfo(Dotnet, [Assembly, .. arguments, "--stop-with-input"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
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
