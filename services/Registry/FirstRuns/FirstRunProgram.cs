using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ModelServing.Registry.FirstRuns;

/// <summary>A program that can run a model for the first time: its executable and first arguments.</summary>
public sealed record FirstRunProgram(string FileName, IReadOnlyList<string> Arguments)
{
    // The loader and .NET need these to find libraries. Nothing else of the environment is passed on.
    private static readonly string[] PassedOn =
        ["PATH", "LD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "SystemRoot", "TMPDIR", "TEMP"];

    /// <summary>The argument with which a program runs a model instead of being a host.</summary>
    public const string Command = "first-run";

    /// <summary>A program of its own assembly, started as this process was: by its executable, or by <c>dotnet</c>.</summary>
    public static FirstRunProgram For(Assembly program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var own = Environment.ProcessPath;
        return own is not null && Path.GetFileNameWithoutExtension(own) == program.GetName().Name
            ? new FirstRunProgram(own, [])
            : new FirstRunProgram(IsDotnet(own) ? own! : Dotnet(), [program.Location]);
    }

    /// <summary>How to start the program as a process that gets a model through a pipe and has nothing of this one's environment, which may
    /// have secrets.</summary>
    /// <param name="arguments">The arguments after the program's own.</param>
    public ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(FileName, [.. Arguments, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory),
        };
        var kept = PassedOn.Select(static name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
        {
            if (value is not null)
                start.Environment[name] = value;
        }

        // No port or file through which a debugger could come, and no dump of the memory.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }

    private static bool IsDotnet(string? path) => Path.GetFileNameWithoutExtension(path) == "dotnet";

    private static string Dotnet() => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
