using System.Xml.Linq;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>Who may know whom, as DESIGN.md's "Layout and who may know whom" has it. A reference that it does not allow is decided there
/// first, and then here.</summary>
public class ReferencesTests
{
    // Tests may know whatever they test; nothing below may know a test project or the trainer.
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["services/Contracts"] = [],
        ["services/Sample"] = [],
        ["services/Rollout"] = ["services/Contracts"],
        ["services/Registry"] = ["services/Contracts"],
        ["services/Hosting"] = ["services/Contracts"],
        ["services/Journal"] = ["services/Contracts"],
        ["services/Predictions"] = ["services/Contracts"],
        ["services/Features"] = ["services/Contracts", "services/Registry"],
        ["services/Oci"] = ["services/Contracts", "services/Registry", "services/Journal", "services/Features", "services/Predictions"],
        ["services/Router"] = ["services/Contracts", "services/Hosting", "services/Journal", "services/Oci", "services/Rollout"],
        ["services/Inference"] = ["services/Contracts", "services/Hosting", "services/Journal", "services/Oci", "services/Registry"],
        ["services/Functions"] = ["services/Contracts", "services/Hosting", "services/Journal", "services/Oci", "services/Registry", "services/Rollout"],
        ["services/Cli"] = ["services/Contracts", "services/Hosting", "services/Journal", "services/Oci", "services/Registry", "services/Rollout", "services/Sample"],
        ["services/Trainer"] = ["services/Registry", "services/Sample"],
        ["infra"] = ["services/Contracts"],
        ["stacks"] = ["infra", "services/Rollout"],
    };

    private static readonly string[] Folders = ["infra/", "services/", "stacks/", "tests/"];

    private static readonly string[] WithoutPackages = ["services/Sample"];

    private static readonly List<Project> Projects = [.. Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Repository.Root, path))
        .Where(path => Folders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal)
        .Select(Project.Read)];

    [Fact]
    public void Every_project_knows_only_whom_it_may()
    {
        var faults = Projects.Where(project => !project.IsTest).SelectMany(project => MayKnow.TryGetValue(project.Folder, out var known)
            ? project.References.Except(known).Select(other => $"{project.Path} references {other}")
            : [$"{project.Path} is not in the list"]).ToList();
        Assert.True(
            faults.Count == 0,
            $"{string.Join("; ", faults)}: DESIGN.md, \"Layout and who may know whom\", does not have it. Decide it there, then in {nameof(ReferencesTests)}.{nameof(MayKnow)}.");
    }

    [Fact]
    public void No_product_project_knows_the_trainer_or_a_test_project() => Assert.DoesNotContain(
        Projects.Where(project => !project.IsTest).SelectMany(project => project.References),
        other => other == "services/Trainer" || other.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void Only_services_Oci_names_the_sdk_of_oci()
    {
        var named = Folders.SelectMany(folder => Directory.EnumerateFiles(Repository.Combine(folder), "*.*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".csproj" or ".props")
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => File.ReadAllText(Repository.Combine(path)).Contains("\"OCI.DotNetSDK.", StringComparison.Ordinal));
        Assert.Equal(["services/Oci/Sdk.props"], named);
    }

    [Fact]
    public void Programs_never_know_each_other()
    {
        var programs = Projects.Where(project => project.IsProgram && !project.IsTest).Select(project => project.Folder).ToHashSet();
        Assert.Contains("services/Router", programs);
        Assert.DoesNotContain(Projects.Where(project => !project.IsTest).SelectMany(project => project.References), programs.Contains);
        Assert.DoesNotContain(MayKnow.Values.SelectMany(known => known), programs.Contains);
    }

    [Fact]
    public void What_is_to_have_no_packages_has_none() =>
        Assert.All(Projects.Where(project => WithoutPackages.Contains(project.Folder)), project => Assert.Empty(project.Packages));

    [Fact]
    public void Every_reference_leads_to_a_project() =>
        Assert.Empty(Projects.SelectMany(project => project.References).Except(Projects.Select(project => project.Folder)));

    private sealed record Project(string Path, string Folder, bool IsProgram, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
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

            IEnumerable<string> Includes(string element) => xml.Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();
        }
    }
}
