using System.Text.Json;
using System.Xml.Linq;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>The lock files of NuGet in <c>locks</c>, which hold the hashes of packages.</summary>
public class LockFilesTests
{
    private static readonly string[] Folders = ["infra", "services", "stacks", "tests"];

    private static readonly Dictionary<string, string[]> ReferencesOf = Folders
        .SelectMany(static folder => Directory.EnumerateFiles(Repository.Combine(folder), "*.csproj", SearchOption.AllDirectories))
        .ToDictionary(Path.GetFullPath, static project => (string[])[.. PathsIn(project, "ProjectReference", "Include")]);

    // With the doubles, such a project has other packages. One file can't be right for both.
    [Fact]
    public void Each_project_without_official_packages_has_one_and_no_other_has_one() => Assert.Equal(
        ReferencesOf.Keys.Where(static project => !HasOfficialPackages(project)).Select(Path.GetFileNameWithoutExtension)
            .Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Repository.Combine(".github", "locks")).Select(Path.GetFileNameWithoutExtension)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Each_package_has_the_hash_of_its_content()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Combine(".github", "locks")))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var packages = json.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
                .Where(static each => each.Value.GetProperty("type").GetString() != "Project").ToList();
            Assert.NotEmpty(packages);
            Assert.All(packages, static each => Assert.Equal(64, each.Value.GetProperty("contentHash").GetBytesFromBase64().Length));
        }
    }

    private static bool HasOfficialPackages(string project) =>
        PathsIn(project, "Import", "Project").Any(static import => Path.GetFileName(import) == "Sdk.props")
        || project.Contains("Doubles", StringComparison.Ordinal)
        || ReferencesOf[project].Any(HasOfficialPackages);

    // A program that is only started by tests adds no packages.
    private static IEnumerable<string> PathsIn(string project, string element, string attribute) => XDocument.Load(project)
        .Descendants(element)
        .Where(static item => (string?)item.Attribute("ReferenceOutputAssembly") != "false")
        .Select(item => (string?)item.Attribute(attribute)).OfType<string>()
        .Select(path => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, path.Replace('\\', '/'))));
}
