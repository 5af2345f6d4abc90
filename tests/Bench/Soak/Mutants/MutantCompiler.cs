using System.Diagnostics;
using System.Text.Json;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Mutants;

/// <summary>Compiles one project of the product with one changed source, and nothing else. The sources and the build stay as they
/// are.</summary>
internal sealed class MutantCompiler
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly string folder;
    private readonly string compiler;
    private readonly IReadOnlyList<string> arguments;

    private MutantCompiler(string folder, string compiler, string assembly, IReadOnlyList<string> arguments)
    {
        this.folder = folder;
        this.compiler = compiler;
        this.arguments = arguments;
        Assembly = assembly;
    }

    /// <summary>The name of the project's assembly.</summary>
    internal string Assembly { get; }

    /// <summary>Asks MSBuild how it compiles a project, which is built already.</summary>
    /// <param name="project">The project file, from the root of the repository.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal static async Task<MutantCompiler> CreateAsync(string project, CancellationToken cancellation)
    {
        var path = Repository.Combine(project.Split('/'));
        // Without the file that never exists, the target is skipped because it is up to date. Without the resources, each test that needs
        // one would fail, whatever the change is.
        var run = await DotnetAsync(
            Repository.Root,
            [
                "msbuild", path, "-target:PrepareResources;Compile", "-property:Configuration=Release",
                "-property:BuildProjectReferences=false",
                "-property:ProvideCommandLineArgs=true", "-property:SkipCompilerExecution=true", "-property:NonExistentFile=none",
                "-getItem:CscCommandLineArgs", "-getProperty:RoslynTargetsPath", "-getProperty:TargetFileName", "-nologo",
            ],
            cancellation);
        if (run.ExitCode != 0)
            throw new BenchException($"MSBuild can't say how it compiles {project}: {run.Output}");
        using var answer = JsonDocument.Parse(run.Output);
        var properties = answer.RootElement.GetProperty("Properties");
        var arguments = answer.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
            .Select(static item => item.GetProperty("Identity").GetString()!).ToList();
        return new MutantCompiler(
            Path.GetDirectoryName(path)!,
            Path.Combine(properties.GetProperty("RoslynTargetsPath").GetString()!, "bincore", "csc.dll"),
            properties.GetProperty("TargetFileName").GetString()!,
            arguments);
    }

    /// <summary>Compiles the project.</summary>
    /// <param name="source">The file that is replaced.</param>
    /// <param name="changed">The file in its place.</param>
    /// <param name="assembly">The file to write.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The compiler's errors; null if it has written the assembly.</returns>
    internal async Task<string?> CompileAsync(string source, string changed, string assembly, CancellationToken cancellation)
    {
        var response = assembly + ".rsp";
        // Otherwise the sound project would be compiled, and no test could notice anything.
        if (arguments.Count(argument => IsFile(argument, source)) != 1)
            return $"{source} is not one of the project's sources";
        await File.WriteAllLinesAsync(
            response,
            arguments.Where(static argument => !IsOutput(argument))
                .Select(argument => IsFile(argument, source) ? Quoted(changed) : argument)
                // The change may break a rule of style, which is not what it is about.
                .Append("/skipanalyzers+").Append("/warnaserror-").Append("/nowarn:CS0162,CS0168,CS0219,CS0414,CS0649,CS0169,CS1998")
                .Append($"/out:{Quoted(assembly)}"),
            cancellation);
        // /noconfig is not accepted in a response file.
        var run = await DotnetAsync(folder, ["exec", compiler, "/shared", "/noconfig", $"@{response}"], cancellation);
        return run.ExitCode == 0 ? null : run.Output;
    }

    private static Task<ToolRun> DotnetAsync(string folder, IEnumerable<string> arguments, CancellationToken cancellation) =>
        ToolRun.RunAsync(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder }, Limit, cancellation);

    private static bool IsOutput(string argument) =>
        ((string[])["/out:", "/refout:", "/doc:", "/generatedfilesout:", "/errorlog:", "/noconfig"])
        .Any(name => argument.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    // A source is a path from the project's folder, or a rooted one, which begins like an option.
    private bool IsFile(string argument, string file) => Path.GetFullPath(argument.Trim('"'), folder) == file;

    private static string Quoted(string path) => $"\"{path}\"";
}
