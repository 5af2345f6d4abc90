using System.Diagnostics;
using ModelServing.Cli.Doctor;
using ModelServing.Cli.Images;

namespace ModelServing.Services.Tests.Cli.Doctor;

/// <summary>The tools of a machine on which everything is installed. A test takes tools away.</summary>
internal sealed class SomeTools
{
    internal SomeTools() => Tools = new Tools((start, _) => Task.FromResult(Run(start)));

    internal Tools Tools { get; }

    internal ISet<string> Missing { get; } = new HashSet<string>(StringComparer.Ordinal);

    internal string Pulumi { get; set; } = "v3.255.0";

    internal string Token { get; set; } = "the-token";

    /// <summary>The command lines so far.</summary>
    internal IList<string> Calls { get; } = [];

    private static ToolExit Exit(int code, string line) => code == 0 ? new(0, [line], []) : new(code, [], [line]);

    private ToolExit? Run(ProcessStartInfo start)
    {
        Calls.Add($"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)}");
        return Missing.Contains(Path.GetFileName(start.FileName)) ? null : (Path.GetFileName(start.FileName), start.ArgumentList) switch
        {
            ("pulumi", _) => Exit(0, Pulumi),
            ("oci", ["--version"]) => Exit(0, "3.95.1"),
            ("oci", _) => Exit(0, $$$"""{"kind": "ExecCredential", "status": {"token": "{{{Token}}}"}}"""),
            ("dotnet", _) => Exit(0, "10.0.100"),
            _ => Exit(127, "unknown"),
        };
    }
}
