// Ahead-of-time compilation, the default for a file, would need 300 MB of packages.
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Xml.Linq;

// ./dev test: runs every test project under tests/ as the program that it was built to, and adds up the results. Skipped tests are printed
// with their reasons. The last line has the counts of the whole run. Arguments (-method, -class, ...) are passed on to each program.
var root = Path.GetDirectoryName(Path.GetDirectoryName(ThisFile()))!;
string[] Hosts = ["Cli", "FeatureServer", "Functions", "Inference", "Jobs", "Router"];
await CompileAheadAsync();
var (passed, failed, skipped) = (0, 0, 0);
var skips = new List<string>();
var failures = new List<string>();
// There are three lanes, because tests that start processes wait for a part of their time. The first two run several classes at a time.
// The trait of the services' tests in the third is in TestKit/ThirdLane.cs. Only one lane prints while it runs, so the output of two
// programs is never mixed.
const string Third = "Lane=Third";
const string EndToEnd = "ModelServing.EndToEnd.Tests", Services = "ModelServing.Services.Tests";
var others = Directory.GetFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
    .Select(static project => Path.GetFileNameWithoutExtension(project)!)
    .Except([EndToEnd, Services])
    .Order(StringComparer.Ordinal);
var lanes = await Task.WhenAll(
    // Many of these tests wait for a process or a clock, so more of them run at a time than there are processors.
    RunLaneAsync([(Services, Services, ["-trait-", Third, "-maxThreads", "6"])], prints: true),
    RunLaneAsync([(EndToEnd, EndToEnd, [])], prints: false),
    RunLaneAsync(
        [.. others.Select(static name => (name, name, (string[])[])), (Services, Services + ".Third", ["-trait", Third])], prints: false));
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
    failures.AddRange(assembly.Descendants("test").Where(static test => test.Attribute("result")?.Value == "Fail")
        .Select(static test =>
            $"failed: {test.Attribute("name")?.Value}: {FirstLineOf(test.Element("failure")?.Element("message")?.Value)}"));
    skips.AddRange(assembly.Descendants("test").Where(static test => test.Attribute("result")?.Value == "Skip")
        .Select(static test => $"skipped: {test.Attribute("name")?.Value}: {test.Element("reason")?.Value}"));
}

if (passed + failed == 0)
{
    Console.WriteLine("no test was run");
    failed++;
}

skips.ForEach(Console.WriteLine);
// Last, because the end of a long output is what people see, and what many CI systems keep.
failures.ForEach(Console.WriteLine);
Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 ? 0 : 1;

static string FirstLineOf(string? message) => message?.Split('\n', 2)[0].Trim() ?? "no message";

// What no platform on one machine loads, and what takes long to compile.
static bool IsSeldomLoaded(string name) => name is "KubernetesClient.dll" or "Garnet.resources.dll" ||
    name.StartsWith("Azure.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Identity.Client", StringComparison.Ordinal);

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
            // processor time of a test that starts a platform. Compiled code in memory that is writable too saves another twelfth, and
            // idle threads that sleep at once instead of looking for work save a twentieth.
            Environment =
            {
                ["DOTNET_TieredPGO"] = "0",
                ["DOTNET_TC_CallCountThreshold"] = "400",
                ["DOTNET_EnableWriteXorExecute"] = "0",
                ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
            },
        })!;
        var output = prints ? "" : await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        ended.Add((name, process.ExitCode, output));
    }

    return ended;
}

// The tests start several hundred processes, and a quarter of what the start of a platform costs is the compilation of methods. So the
// assemblies in the programs' folders are replaced by ones that have machine code too. These are kept in artifacts/ahead, so an assembly
// that did not change is compiled once. The next build puts the assemblies without machine code back.
async Task CompileAheadAsync()
{
    if (FindAheadCompiler() is not { } compiler)
    {
        Console.WriteLine("The package Microsoft.NETCore.App.Crossgen2 is missing, so each process compiles all of its methods.");
        return;
    }

    var kept = Path.Combine(root, "artifacts", "ahead", Environment.Version.ToString(3));
    var bin = Path.Combine(root, "artifacts", "bin");
    var hosts = Hosts.Select(name => Path.Combine(bin, name, "release")).Where(Directory.Exists).ToList();
    var names = hosts.SelectMany(static folder => Directory.EnumerateFiles(folder, "*.dll")).Select(static path => Path.GetFileName(path))
        .Where(static name => !IsSeldomLoaded(name))
        .ToHashSet();
    // The tests' programs have most of them too.
    var assemblies = Directory.GetDirectories(bin).Select(static project => Path.Combine(project, "release"))
        .Where(static folder => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.runtimeconfig.json").Any())
        .OrderByDescending(hosts.Contains)
        .SelectMany(static folder => Directory.EnumerateFiles(folder, "*.dll"))
        .Where(path => names.Contains(Path.GetFileName(path)))
        .Select(static path => (Path: path, Content: ContentOf(path)))
        .Where(static assembly => assembly.Content.Identity is not null)
        .ToLookup(assembly => Path.Combine(kept, assembly.Content.Identity!, Path.GetFileName(assembly.Path)));
    var work = Path.Combine(kept, string.Create(CultureInfo.InvariantCulture, $"work-{Environment.ProcessId}"));
    Directory.CreateDirectory(work);
    // Two versions of one name are not compiled in one run. A run of a few tests is over before this pays off.
    var missing = assemblies
        .Where(assembly => args.Length == 0 && !File.Exists(assembly.Key) && assembly.All(static one => !one.Content.IsCompiled))
        .DistinctBy(static assembly => Path.GetFileName(assembly.Key))
        .ToDictionary(assembly => Path.Combine(work, Path.GetFileName(assembly.Key)), static assembly => assembly.Key);
    foreach (var (input, result) in missing)
        File.Copy(assemblies[result].First().Path, input);
    if (missing.Count > 0)
    {
        var framework = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        var web = Path.Combine(framework, "..", "..", "Microsoft.AspNetCore.App", Path.GetFileName(framework));
        // The results are beside the inputs, as NAME.ni.dll. With the framework's code in them too (--inputbubble), the start of a platform
        // would cost a tenth less, but System.IdentityModel.Tokens.Jwt then reads memory that is not its own.
        using var process = Process.Start(new ProcessStartInfo(
            compiler,
            [
                .. missing.Keys, "--single-file-compilation", "--out-near-input",
                .. hosts.Append(framework).Append(web).SelectMany(static folder => (string[])["-r", Path.Combine(folder, "*.dll")]),
            ])
        { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            Console.WriteLine($"{output}\nNot every assembly was compiled ahead, so each process of the tests compiles more methods.");
        foreach (var (input, result) in missing.Where(static one => File.Exists(Path.ChangeExtension(one.Key, "ni.dll"))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(result)!);
            File.Move(Path.ChangeExtension(input, "ni.dll"), result, overwrite: true);
        }
    }

    Directory.Delete(work, recursive: true);
    foreach (var old in Directory.GetDirectories(kept).Except(assemblies.Select(static assembly => Path.GetDirectoryName(assembly.Key)!)))
        Directory.Delete(old, recursive: true);
    foreach (var (compiled, path) in assemblies.Where(static assembly => File.Exists(assembly.Key)).SelectMany(static assembly => assembly
        .Where(static one => !one.Content.IsCompiled).Select(one => (assembly.Key, one.Path))))
    {
        // By another name first: a program that runs keeps the file that it has.
        File.Copy(compiled, path + "~", overwrite: true);
        File.Move(path + "~", path, overwrite: true);
    }
}

// The newest one of the runtime's release. ModelServing.EndToEnd.Tests.csproj names it, so that a restore gets it.
static string? FindAheadCompiler()
{
    var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ??
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
    var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
    var package = Path.Combine(
        packages, $"microsoft.netcore.app.crossgen2.{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");
    if (!Directory.Exists(package))
        return null;
    return Directory.GetDirectories(package)
        .Where(static folder => Version.TryParse(Path.GetFileName(folder), out var version) && version.Major == Environment.Version.Major)
        .OrderByDescending(static folder => Version.Parse(Path.GetFileName(folder)))
        .Select(static folder => Path.Combine(folder, "tools", OperatingSystem.IsWindows() ? "crossgen2.exe" : "crossgen2"))
        .FirstOrDefault(File.Exists);
}

// The identity of an assembly's content, the same before and after it is compiled; null for another library.
static (string? Identity, bool IsCompiled) ContentOf(string path)
{
    using var file = new PEReader(File.OpenRead(path));
    if (!file.HasMetadata)
        return (null, false);
    var metadata = file.GetMetadataReader();
    return (
        metadata.GetGuid(metadata.GetModuleDefinition().Mvid).ToString("N"),
        file.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size != 0);
}

string ResultsOf(string name) => Path.Combine(root, "artifacts", "test-results", name + ".xml");

static int Count(XElement assembly, string attribute) =>
    int.Parse(assembly.Attribute(attribute)?.Value ?? "0", CultureInfo.InvariantCulture);

static string ThisFile([CallerFilePath] string path = "") => path;
