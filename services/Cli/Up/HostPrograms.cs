using System.Runtime.InteropServices;

namespace ModelServing.Cli.Up;

/// <summary>The hosts' programs. The build puts each beside this program, in <c>artifacts/bin/PROJECT/CONFIGURATION</c>. The dotnet tool
/// brings them along, in <c>hosts/PROJECT</c>.</summary>
internal sealed record HostPrograms(HostProgram Inference, HostProgram Router, HostProgram Functions, HostProgram FeatureServer)
{
    /// <summary>Finds the programs from this program's own folder.</summary>
    /// <exception cref="CommandException">A program is not built; the lines say how to build it.</exception>
    internal static HostPrograms Find() => Find(AppContext.BaseDirectory, Dotnet());

    internal static HostPrograms Find(string folder, string dotnet)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var missing = new List<string>();
        var programs = new HostPrograms(ProgramOf("Inference"), ProgramOf("Router"), ProgramOf("Functions"), ProgramOf("FeatureServer"));
        return missing.Count == 0 ? programs : throw new CommandException(ExitCode.Failed, missing);

        HostProgram ProgramOf(string project)
        {
            var packed = Path.Combine(folder, "hosts", project, $"ModelServing.{project}.dll");
            if (File.Exists(packed))
                return new HostProgram(dotnet, [packed]);
            var assembly = Path.GetFullPath(Path.Combine(
                folder,
                "..",
                "..",
                project,
                Path.GetFileName(folder),
                $"ModelServing.{project}.dll"));
            if (!File.Exists(assembly))
                missing.Add($"{assembly} does not exist; build it with ./dev up, or with: dotnet build services/{project} -c " +
                    $"{Configuration(folder)}");
            return new HostProgram(dotnet, [assembly]);
        }
    }

    // As `dotnet build -c` expects it; the folder's name is in lower case.
    private static string Configuration(string folder) =>
        Path.GetFileName(folder) is { Length: > 0 } name ? char.ToUpperInvariant(name[0]) + name[1..] : "Release";

    /// <summary>The dotnet that runs this program, so the hosts run on the same .NET.</summary>
    internal static string Dotnet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } self && Path.GetFileName(self) == name)
            return self;
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(root) ? root : name;
    }
}
