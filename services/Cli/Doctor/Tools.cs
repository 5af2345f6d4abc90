using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelServing.Cli.Images;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli.Doctor;

/// <summary>The tools on this machine that our commands or an apply run.</summary>
/// <param name="run">Runs a program; null means that it does not exist.</param>
internal sealed partial class Tools(Func<ProcessStartInfo, CancellationToken, Task<ToolExit?>> run)
{
    /// <summary>The version of Pulumi that the workflows install (<c>.github/install-pulumi</c>).</summary>
    internal static readonly Version Pulumi = new(3, 255, 0);

    // The OCI CLI is a Python program that may take seconds to start.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal static Tools OfThisMachine { get; } = new(static (start, cancellation) => Tool.RunAsync(start, "", cancellation));

    /// <summary>Runs a program. Null if it does not exist, or did not end in time.</summary>
    internal async Task<ToolExit?> RunAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(Limit, TimeProvider.System, cancellation);
        try
        {
            return await run(start, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Checks the tools that <c>pulumi up</c> needs.</summary>
    /// <param name="isApply">Whether an apply comes next. Otherwise a missing tool is only a note.</param>
    /// <param name="cancellation">Ends the check.</param>
    internal async Task<IReadOnlyList<Finding>> CheckAsync(bool isApply, CancellationToken cancellation) =>
    [
        await CheckAsync("pulumi", ["version"], "https://www.pulumi.com/docs/install/", Pulumi, isApply, cancellation),
        await CheckAsync("oci", ["--version"], "pipx install oci-cli", null, isApply, cancellation),
    ];

    private async Task<Finding> CheckAsync(
        string tool, string[] arguments, string install, Version? tested, bool isNeeded, CancellationToken cancellation)
    {
        if (await RunAsync(new ProcessStartInfo(tool, arguments), cancellation) is not { Code: 0 } exit)
        {
            var text = "it is not on the PATH or does not start; 'pulumi up' needs it, nothing on this machine alone does";
            return isNeeded ? Finding.Wrong(tool, text, install) : Finding.Note(tool, text, install);
        }

        var version = exit.Output.Select(static line => VersionForm.Match(line)).FirstOrDefault(static match => match.Success)?.Value;
        return tested is not null && Version.TryParse(version, out var present) && present < tested
            ? Finding.Note(tool, $"{version} is older than {tested}, with which the workflows run", install)
            : Finding.Good(tool, version ?? "it starts");
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex VersionForm { get; }
}
