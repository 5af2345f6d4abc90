// Ahead-of-time compilation, the default for a file, would need 300 MB of packages.
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

// ./dev test: runs every test project under tests/ as the program that it was built to, and adds up the results. Skipped tests are printed
// with their reasons. The last line has the counts of the whole run. Arguments (-method, -class, ...) are passed on to each program.
var root = Path.GetDirectoryName(Path.GetDirectoryName(ThisFile()))!;
var (passed, failed, skipped) = (0, 0, 0);
var skips = new List<string>();
// There are three lanes, because tests that start processes spend most of their time waiting. They end at about the same time: the
// end-to-end tests are in one, all other programs in the second, and the tests of both with the trait of TestKit/ThirdLane.cs in the third.
// Only one lane prints while it runs, so the output of two programs is never mixed.
const string Third = "Lane=Third";
var projects = Directory.GetFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
    .Select(static project => Path.GetFileNameWithoutExtension(project)!)
    .Order(StringComparer.Ordinal)
    .ToList();
var endToEnd = projects.Where(static name => name.EndsWith(".EndToEnd.Tests", StringComparison.Ordinal)).ToList();
var lanes = await Task.WhenAll(
    RunLaneAsync(projects.Except(endToEnd).Select(static name => (name, name, (string[])["-trait-", Third])), prints: true),
    RunLaneAsync(endToEnd.Select(static name => (name, name, (string[])["-trait-", Third])), prints: false),
    RunLaneAsync(projects.Select(static name => (name, name + ".Third", (string[])["-trait", Third])), prints: false));
foreach (var (name, exitCode, output) in lanes.SelectMany(static lane => lane))
{
    Console.Write(output);
    var results = ResultsOf(name);
    var assembly = File.Exists(results) ? XDocument.Load(results).Root!.Element("assembly") : null;
    if (assembly is null)
    {
        Console.WriteLine($"{name} ended with exit code {exitCode} and wrote no results");
        failed++;
        continue;
    }

    passed += Count(assembly, "passed");
    skipped += Count(assembly, "skipped");
    // An error is a failure outside a test: in a fixture, or in the program itself.
    failed += Math.Max(Count(assembly, "failed") + Count(assembly, "errors"), exitCode == 0 ? 0 : 1);
    skips.AddRange(assembly.Descendants("test").Where(static test => test.Attribute("result")?.Value == "Skip")
        .Select(static test => $"skipped: {test.Attribute("name")?.Value}: {test.Element("reason")?.Value}"));
}

if (passed + failed == 0)
{
    Console.WriteLine("no test was run");
    failed++;
}

skips.ForEach(Console.WriteLine);
Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 ? 0 : 1;

// Runs programs one after the other. Each run has a name, because a program may run twice with different tests.
async Task<List<(string Name, int ExitCode, string Output)>> RunLaneAsync(
    IEnumerable<(string Program, string Name, string[] Chosen)> runs, bool prints)
{
    var ended = new List<(string, int, string)>();
    foreach (var (file, name, chosen) in runs)
    {
        var program = Path.Combine(root, "artifacts", "bin", file, "release", OperatingSystem.IsWindows() ? file + ".exe" : file);
        var results = ResultsOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(results)!);
        File.Delete(results);
        using var process = Process.Start(new ProcessStartInfo(program, ["-noLogo", "-result-xml", results, .. chosen, .. args])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = !prints,
            // Most processes of the tests end before code that the runtime compiles a second time pays off. This saves a quarter of the
            // processor time of a test that starts a platform. Compiled code in memory that is writable too saves another twelfth.
            Environment =
            {
                ["DOTNET_TieredPGO"] = "0",
                ["DOTNET_TC_CallCountThreshold"] = "400",
                ["DOTNET_EnableWriteXorExecute"] = "0",
            },
        })!;
        var output = prints ? "" : await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        ended.Add((name, process.ExitCode, output));
    }

    return ended;
}

string ResultsOf(string name) => Path.Combine(root, "artifacts", "test-results", name + ".xml");

static int Count(XElement assembly, string attribute) =>
    int.Parse(assembly.Attribute(attribute)?.Value ?? "0", CultureInfo.InvariantCulture);

static string ThisFile([CallerFilePath] string path = "") => path;
