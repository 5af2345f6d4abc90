using System.Reflection;
using System.Runtime.InteropServices;

namespace ModelServing.Registry.FirstRuns;

/// <summary>A program that can run a model for the first time: its executable and first arguments.</summary>
public sealed record FirstRunProgram(string FileName, IReadOnlyList<string> Arguments)
{
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

    private static bool IsDotnet(string? path) => Path.GetFileNameWithoutExtension(path) == "dotnet";

    private static string Dotnet() => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
