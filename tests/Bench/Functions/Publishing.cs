using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelServing.TestKit;

namespace ModelServing.Bench.Functions;

/// <summary>A way to publish the functions' program.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Properties">What MSBuild is given for it; null takes what the build has left.</param>
internal sealed record Publishing(string Name, IReadOnlyList<string>? Properties)
{
    private const string Assembly = "ModelServing.Functions.dll";

    /// <summary>As it is built: everything is compiled when it is first used.</summary>
    internal static Publishing AsBuilt { get; } = new("framework-dependent", null);

    /// <summary>As images have it: compiled ahead, on the shared framework.</summary>
    internal static Publishing ReadyToRun { get; } = new("ReadyToRun", ["-p:SelfContained=false", "-p:UseAppHost=false"]);

    /// <summary>With a framework of its own, trimmed to what can be seen to be used of what says that it may be.</summary>
    internal static Publishing Trimmed { get; } = new(
        "ReadyToRun, self-contained, trimmed",
        ["-p:SelfContained=true", "-p:PublishTrimmed=true", "-p:TrimMode=partial", "-p:SuppressTrimAnalysisWarnings=true", "-p:TreatWarningsAsErrors=false"]);

    /// <summary>Publishes it into a folder; gives the command that starts it.</summary>
    /// <exception cref="BenchException">It can't be published.</exception>
    internal async Task<IReadOnlyList<string>> PublishAsync(string folder, CancellationToken cancellation)
    {
        if (Properties is null)
            return ["dotnet", Repository.Combine("artifacts", "bin", "Functions", "release", Assembly)];
        var start = new ProcessStartInfo("dotnet",
        [
            "msbuild", Repository.Combine("services", "Functions", "Functions.csproj"), "-restore", "-t:Publish", "-p:Configuration=Release",
            $"-p:RuntimeIdentifier=linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", "-p:RunAnalyzers=false", .. Properties,
            $"-p:ArtifactsPath={Repository.Combine("artifacts", "bench-functions")}", $"-p:PublishDir={folder}/", "-verbosity:quiet", "-nologo", "-nodeReuse:false",
        ])
        {
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start) ?? throw new BenchException("dotnet can't be started", ExitCode.Missing);
        var said = await build.StandardOutput.ReadToEndAsync(cancellation);
        await build.WaitForExitAsync(cancellation);
        if (build.ExitCode != 0)
            throw new BenchException($"{Name}: the program can't be published:\n{said}");
        var own = Path.Combine(folder, Path.GetFileNameWithoutExtension(Assembly));
        return File.Exists(own) ? [own] : ["dotnet", Path.Combine(folder, Assembly)];
    }
}
