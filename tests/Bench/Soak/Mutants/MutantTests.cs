using System.Diagnostics;
using System.Xml.Linq;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Mutants;

/// <summary>A copy of the program of the services' tests, in which one assembly at a time is replaced by a broken one.</summary>
internal sealed class MutantTests
{
    /// <summary>A run that takes longer hangs. The slowest classes take a minute on a busy machine.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // In seconds. With a mutation, many tests wait in vain.
    private const string Patience = "20";

    private const string Program = "ModelServing.Services.Tests";

    private readonly string built = Repository.Combine("artifacts", "bin", Program, "release");
    private readonly string copy = Repository.Combine("artifacts", "mutants", "bin");
    private readonly string results = Repository.Combine("artifacts", "mutants", "results.xml");

    /// <summary>Copies the program as it was built last.</summary>
    internal void Copy()
    {
        if (!File.Exists(Path.Combine(built, Program + ".dll")))
            throw new BenchException("the tests are not built: ./dev build does not build them, ./dev soak does", ExitCode.Missing);
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        foreach (var file in Directory.GetFiles(built, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Puts a broken assembly into the copy.</summary>
    internal void Break(string assembly, string broken) => File.Copy(broken, Path.Combine(copy, assembly), overwrite: true);

    /// <summary>Puts the sound assembly back.</summary>
    internal void Repair(string assembly) => File.Copy(Path.Combine(built, assembly), Path.Combine(copy, assembly), overwrite: true);

    /// <summary>Runs test classes until one test fails.</summary>
    /// <returns>The first test that failed; null if all have passed.</returns>
    internal Task<FailedTest?> RunAsync(IEnumerable<string> classes, TimeSpan limit, CancellationToken cancellation) =>
        RunAsync([.. classes.SelectMany(static name => (string[])["-class", $"*.{name}"])], limit, cancellation);

    /// <summary>Runs a test that has failed again.</summary>
    internal Task<FailedTest?> RunAgainAsync(string method, CancellationToken cancellation) =>
        RunAsync(["-method", method], Limit, cancellation);

    private async Task<FailedTest?> RunAsync(string[] chosen, TimeSpan limit, CancellationToken cancellation)
    {
        File.Delete(results);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "exec", Path.Combine(copy, Program + ".dll"), "-noLogo", "-noColor", "-stopOnFail", "-result-xml", results,
                .. chosen,
            ])
        {
            WorkingDirectory = Repository.Root,
            // As in ./dev test: most processes of the tests end before code that the runtime compiles a second time pays off.
            Environment = { ["DOTNET_TieredPGO"] = "0", ["DOTNET_TC_CallCountThreshold"] = "400" },
        };
        if (limit == Limit)
            start.Environment[RawConnection.PatienceVariable] = Patience;
        var run = await ToolRun.RunAsync(start, limit, cancellation);
        if (run.ExitCode is null)
            return new FailedTest($"(a test that did not end within {limit.TotalMinutes:0.#} minutes)", null, limit);
        var assembly = File.Exists(results) ? XDocument.Load(results).Root?.Element("assembly") : null;
        if (assembly is null)
            return new FailedTest($"(the program, which ended with exit code {run.ExitCode})", null, default);
        var tests = assembly.Descendants("test").ToList();
        if (tests.Count == 0)
            throw new BenchException($"no test was run with {string.Join(' ', chosen)}: {run.Output}");
        // The first failure cancels the tests that run beside it, which then fail as well.
        return tests.Where(static test => (string?)test.Attribute("result") == "Fail")
            .OrderBy(static test => ((string?)test.Element("failure")?.Attribute("exception-type"))?.Contains("Canceled") == true)
            .Select(static test => new FailedTest(
                (string)test.Attribute("name")!,
                $"{(string)test.Attribute("type")!}.{(string)test.Attribute("method")!}",
                TimeSpan.FromSeconds((double)test.Attribute("time")!)))
            .FirstOrDefault() ?? (run.ExitCode == 0 ? null : new FailedTest($"(an error outside of a test: {run.Output})", null, default));
    }
}
