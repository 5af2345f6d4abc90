using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelServing.TestKit;

namespace ModelServing.Bench.Functions;

/// <summary>A way to publish the functions' program.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Properties">The properties for MSBuild; null means that the build's output is used as it is.</param>
internal sealed record Publishing(string Name, IReadOnlyList<string>? Properties)
{
    private const string Assembly = "ModelServing.Functions.dll";

    /// <summary>The build's output: every method is compiled at its first use.</summary>
    internal static Publishing AsBuilt { get; } = new("framework-dependent", null);

    /// <summary>As in images: compiled ahead of time, on the shared framework.</summary>
    internal static Publishing ReadyToRun { get; } = new("ReadyToRun", ["-p:SelfContained=false", "-p:UseAppHost=false"]);

    /// <summary>With its own framework. Assemblies that are marked as trimmable are trimmed to the code that is used.</summary>
    internal static Publishing Trimmed { get; } = new(
        "ReadyToRun, self-contained, trimmed",
        [
            "-p:SelfContained=true",
            "-p:PublishTrimmed=true",
            "-p:TrimMode=partial",
            "-p:SuppressTrimAnalysisWarnings=true",
            "-p:TreatWarningsAsErrors=false",
        ]);

    /// <summary>Publishes the program into a folder. Returns the command that starts it.</summary>
    /// <exception cref="BenchException">Publishing failed.</exception>
    internal async Task<IReadOnlyList<string>> PublishAsync(string folder, CancellationToken cancellation)
    {
        if (Properties is null)
            return ["dotnet", Repository.Combine("artifacts", "bin", "Functions", "release", Assembly)];
        var start = new ProcessStartInfo("dotnet",
        [
            "msbuild", Repository.Combine("services", "Functions", "Functions.csproj"),
            "-restore", "-t:Publish", "-p:Configuration=Release",
            $"-p:RuntimeIdentifier=linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}",
            "-p:RunAnalyzers=false",
            .. Properties,
            $"-p:ArtifactsPath={Repository.Combine("artifacts", "bench-functions")}",
            $"-p:PublishDir={folder}/",
            "-verbosity:quiet", "-nologo", "-nodeReuse:false",
        ])
        {
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start) ?? throw new BenchException("dotnet can't be started", ExitCode.Missing);
        var output = await build.StandardOutput.ReadToEndAsync(cancellation);
        await build.WaitForExitAsync(cancellation);
        if (build.ExitCode != 0)
            throw new BenchException($"{Name}: the program can't be published:\n{output}");
        var own = Path.Combine(folder, Path.GetFileNameWithoutExtension(Assembly));
        return File.Exists(own) ? [own] : ["dotnet", Path.Combine(folder, Assembly)];
    }
}
