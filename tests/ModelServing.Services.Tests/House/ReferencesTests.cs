using System.Xml.Linq;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>The references between projects are those of the table in docs/design.md, "References".</summary>
public class ReferencesTests
{
    // Test projects may reference everything. No product project may reference a test project or the trainer.
    private static readonly Dictionary<string, string[]> MayReference = ReadTable();

    private static readonly string[] Folders = ["infra/", "services/", "stacks/", "tests/"];

    private static readonly string[] WithoutPackages = ["services/Sample"];

    private static readonly List<Project> Projects = [.. Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Repository.Root, path))
        .Where(path => Folders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal)
        .Select(Project.Read)];

    [Fact]
    public void Every_project_references_only_what_it_may()
    {
        var faults = Projects.Where(project => !project.IsTest)
            .SelectMany(project => MayReference.TryGetValue(project.Folder, out var allowed)
                ? project.References.Except(allowed).Select(other => $"{project.Path} references {other}")
                : [$"{project.Path} is not listed"]).ToList();
        Assert.True(
            faults.Count == 0,
            $"{string.Join("; ", faults)}: docs/design.md, \"References\", does not allow it. To allow it, change that table.");
    }

    [Fact]
    public void No_product_project_references_the_trainer_or_a_test_project() => Assert.DoesNotContain(
        Projects.Where(project => !project.IsTest).SelectMany(project => project.References),
        other => other == "services/Trainer" || other.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void Only_services_Oci_references_the_sdk_of_oci()
    {
        var files = Folders.SelectMany(folder => Directory.EnumerateFiles(Repository.Combine(folder), "*.*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".csproj" or ".props")
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => File.ReadAllText(Repository.Combine(path)).Contains("\"OCI.DotNetSDK.", StringComparison.Ordinal));
        Assert.Equal(["services/Oci/Sdk.props"], files);
    }

    [Fact]
    public void Programs_never_reference_each_other()
    {
        var programs = Projects.Where(project => project.IsProgram && !project.IsTest).Select(project => project.Folder).ToHashSet();
        Assert.Contains("services/Router", programs);
        Assert.DoesNotContain(Projects.Where(project => !project.IsTest).SelectMany(project => project.References), programs.Contains);
        Assert.DoesNotContain(MayReference.Values.SelectMany(allowed => allowed), programs.Contains);
    }

    [Fact]
    public void Sample_has_no_packages() =>
        Assert.All(Projects.Where(project => WithoutPackages.Contains(project.Folder)), project => Assert.Empty(project.Packages));

    [Fact]
    public void Every_reference_has_a_project() =>
        Assert.Empty(Projects.SelectMany(project => project.References).Except(Projects.Select(project => project.Folder)));

    // A row is: | `services/Oci` | Contracts, Registry |
    private static Dictionary<string, string[]> ReadTable() => File.ReadLines(Repository.Combine("docs", "design.md"))
        .SkipWhile(static line => line != "### References")
        .SkipWhile(static line => !line.StartsWith("| ---", StringComparison.Ordinal))
        .Skip(1)
        .TakeWhile(static line => line.StartsWith('|'))
        .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(
            static cells => cells[1].Split('`')[1],
            static cells => cells[2].Split(',', StringSplitOptions.TrimEntries)
                .Where(static name => name != "none")
                .Select(static name => name == "infra" ? name : "services/" + name)
                .ToArray());

    private sealed record Project(
        string Path, string Folder, bool IsProgram, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
    {
        internal bool IsTest => Folder.StartsWith("tests/", StringComparison.Ordinal);

        internal static Project Read(string path)
        {
            var folder = System.IO.Path.GetDirectoryName(path)!;
            var xml = XDocument.Load(Repository.Combine(path));
            return new Project(
                path,
                folder,
                xml.Descendants("OutputType").Any(type => type.Value == "Exe"),
                [.. Includes("ProjectReference").Select(other => System.IO.Path.GetRelativePath(
                    Repository.Root, System.IO.Path.GetDirectoryName(Repository.Combine(folder, other.Replace('\\', '/')))!))],
                [.. Includes("PackageReference")]);

            IEnumerable<string> Includes(string element) =>
                xml.Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();
        }
    }
}
