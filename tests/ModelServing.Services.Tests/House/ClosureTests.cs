using System.Text.Json;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>The packages in the programs that <c>./dev up</c> builds, according to NuGet's assets files.</summary>
public class ClosureTests
{
    // The packages of the trainer, the cloud and the tests. Inference and the functions may have ONNX Runtime, which shares a prefix with
    // ML.NET, and the router may have the cluster's client.
    private static readonly string[] Forbidden =
        ["Microsoft.ML", "Pulumi", "KubernetesClient", "DuckDB.NET", "Parquet", "xunit", "CsCheck", "NJsonSchema"];

    [Theory]
    [InlineData("Cli")]
    [InlineData("FeatureServer")]
    [InlineData("Functions", "Microsoft.ML.OnnxRuntime")]
    [InlineData("Router", "KubernetesClient")]
    [InlineData("Inference", "Microsoft.ML.OnnxRuntime")]
    public void A_program_does_not_contain_packages_of_others(string project, params string[] except)
    {
        var path = Repository.Combine("artifacts", "obj", project, "project.assets.json");
        Assert.SkipUnless(File.Exists(path), $"{path} does not exist: build services/{project}");
        using var assets = JsonDocument.Parse(File.ReadAllBytes(path));
        var libraries = assets.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(library => library.Name.Split('/')[0])
            .ToList();
        Assert.Contains("Contracts", libraries.Select(name => name.Replace("ModelServing.", "", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            libraries, name => Forbidden.Any(forbidden => Is(name, forbidden)) && !except.Any(allowed => Is(name, allowed)));

        static bool Is(string name, string prefix) =>
            name.Equals(prefix, StringComparison.OrdinalIgnoreCase) || name.StartsWith(prefix + ".", StringComparison.OrdinalIgnoreCase);
    }
}
