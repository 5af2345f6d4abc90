// Compiled ahead of time, as a file is by default, it would need 300 MB of packages.
#:property PublishAot=false

using System.Diagnostics;
using System.Xml.Linq;

// ./dev test: runs every built test project under tests/, each as the program that it is, and sums them up. What was skipped is
// printed with its reason; the last line is true for the whole run. Arguments go to each of the programs (-method, -class, ...).
var root = Path.GetDirectoryName(Path.GetDirectoryName(Source()))!;
var (passed, failed, skipped) = (0, 0, 0);
var skips = new List<string>();
// In two lanes: those that start processes wait for most of their time. Only the first lane writes as it goes, so that no two programs'
// lines are mixed.
var projects = Directory.GetFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
    .Select(static project => Path.GetFileNameWithoutExtension(project)!)
    .Order(StringComparer.Ordinal).Reverse()
    .ToLookup(static name => name.EndsWith(".EndToEnd.Tests", StringComparison.Ordinal));
var processes = RunLaneAsync(projects[true], isWritten: false);
var inProcess = RunLaneAsync(projects[false], isWritten: true);
foreach (var (name, exitCode, output) in (await inProcess).Concat(await processes))
{
    Console.Write(output);
    var results = ResultsOf(name);
    var assembly = File.Exists(results) ? XDocument.Load(results).Root!.Element("assembly") : null;
    if (assembly is null)
    {
        Console.WriteLine($"{name} ended with exit code {exitCode} and left no results");
        failed++;
        continue;
    }

    passed += Count(assembly, "passed");
    skipped += Count(assembly, "skipped");
    // An error is a failure outside of a test: of a fixture, or of the program itself.
    failed += Math.Max(Count(assembly, "failed") + Count(assembly, "errors"), exitCode == 0 ? 0 : 1);
    skips.AddRange(assembly.Descendants("test").Where(static test => test.Attribute("result")?.Value == "Skip")
        .Select(static test => $"skipped: {test.Attribute("name")?.Value}: {test.Element("reason")?.Value}"));
}

if (passed + failed == 0)
{
    Console.WriteLine("no test ran");
    failed++;
}

skips.ForEach(Console.WriteLine);
Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 ? 0 : 1;

// Runs programs one after the other.
async Task<List<(string Name, int ExitCode, string Output)>> RunLaneAsync(IEnumerable<string> names, bool isWritten)
{
    var ended = new List<(string, int, string)>();
    foreach (var name in names)
    {
        var program = Path.Combine(root, "artifacts", "bin", name, "release", OperatingSystem.IsWindows() ? name + ".exe" : name);
        var results = ResultsOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(results)!);
        File.Delete(results);
        using var process = Process.Start(new ProcessStartInfo(program, ["-noLogo", "-result-xml", results, .. args]) { WorkingDirectory = root, RedirectStandardOutput = !isWritten })!;
        var output = isWritten ? "" : await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        ended.Add((name, process.ExitCode, output));
    }

    return ended;
}

string ResultsOf(string name) => Path.Combine(root, "artifacts", "test-results", name + ".xml");

static int Count(XElement assembly, string what) => int.Parse(assembly.Attribute(what)?.Value ?? "0", System.Globalization.CultureInfo.InvariantCulture);

static string Source([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
