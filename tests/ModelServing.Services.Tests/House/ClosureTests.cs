using System.Text.Json;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>What the programs that <c>./dev up</c> builds bring along, by the package source's own files.</summary>
public class ClosureTests
{
    // The trainer's, the cloud's and the tests'. ONNX Runtime shares a prefix with ML.NET and is Inference's own, as the cluster's client
    // is the router's.
    private static readonly string[] Never = ["Microsoft.ML", "Pulumi", "KubernetesClient", "Parquet", "xunit", "CsCheck", "NJsonSchema"];

    [Theory]
    [InlineData("Cli")]
    [InlineData("Functions")]
    [InlineData("Router", "KubernetesClient")]
    [InlineData("Inference", "Microsoft.ML.OnnxRuntime")]
    public void A_program_does_not_bring_along_what_is_for_others(string project, params string[] except)
    {
        var path = Repository.Combine("artifacts", "obj", project, "project.assets.json");
        Assert.SkipUnless(File.Exists(path), $"{path} is not there: build services/{project}");
        using var assets = JsonDocument.Parse(File.ReadAllBytes(path));
        var libraries = assets.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name.Split('/')[0]).ToList();
        Assert.Contains("Contracts", libraries.Select(name => name.Replace("ModelServing.", "", StringComparison.Ordinal)));
        Assert.DoesNotContain(libraries, name => Never.Any(never => Is(name, never)) && !except.Any(allowed => Is(name, allowed)));

        static bool Is(string name, string prefix) =>
            name.Equals(prefix, StringComparison.OrdinalIgnoreCase) || name.StartsWith(prefix + ".", StringComparison.OrdinalIgnoreCase);
    }
}
