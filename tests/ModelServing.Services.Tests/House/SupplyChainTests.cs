using System.Text.RegularExpressions;
using System.Xml.Linq;
using ModelServing.TestKit;
using YamlDotNet.RepresentationModel;

namespace ModelServing.Services.Tests.House;

/// <summary>What images are made from, and what the workflow that makes them says about them.</summary>
public sealed partial class SupplyChainTests
{
    private const string Targets = "Image.targets";

    [Fact]
    public void All_images_have_one_base_image_which_is_named_by_its_digest()
    {
        var targets = XDocument.Load(Repository.Combine("services", Targets));
        Assert.Matches(Digest(), Assert.Single(targets.Descendants("ContainerBaseImage")).Value);
        // A project's own property would win.
        var files = Directory.EnumerateFiles(Repository.Combine("services"), "*.csproj", SearchOption.AllDirectories).ToList();
        Assert.All(files, static file => Assert.Empty(XDocument.Load(file).Descendants("ContainerBaseImage")));
        Assert.Equal(
            ["FeatureServer", "Functions", "Inference", "Jobs", "Router"],
            files.Where(static file => File.ReadAllText(file).Contains(Targets, StringComparison.Ordinal))
                .Select(static file => Path.GetFileNameWithoutExtension(file))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_image_that_is_built_gets_a_list_of_its_packages_and_signed_provenance()
    {
        var jobs = Jobs();
        Assert.Contains(
            StepsOf(jobs["images"]),
            static step => Text(step, "run").Contains(".github/make-sboms \"$RUNNER_TEMP/images.json\"", StringComparison.Ordinal));
        var script = File.ReadAllText(Repository.Combine(".github", "make-sboms"));
        Assert.Contains("--spec-version 1.6", script, StringComparison.Ordinal);
        // Of the tool, only the reviewed file is run.
        Assert.Matches(@"hash=[0-9a-f]{64}\n", script);
        Assert.Contains("/fetch\" ", script, StringComparison.Ordinal);

        var attest = jobs["attest"];
        Assert.Equal("images", attest["needs"].ToString());
        Assert.Equal("${{ fromJSON(needs.images.outputs.built) }}", attest["strategy"]["matrix"]["image"].ToString());
        var signing = StepsOf(attest).Where(static step => Text(step, "uses").StartsWith("actions/attest@", StringComparison.Ordinal))
            .Select(static step => (YamlMappingNode)step["with"]).ToList();
        Assert.Equal(
            ["", "sboms/${{ matrix.image.image }}.cdx.json"], signing.Select(static with => Text(with, "sbom-path")));
        Assert.All(signing, static with => Assert.Equal("${{ matrix.image.digest }}", Text(with, "subject-digest")));
        Assert.All(signing, static with => Assert.Equal("${{ matrix.image.repository }}", Text(with, "subject-name")));
    }

    private static YamlMappingNode Jobs()
    {
        var yaml = new YamlStream();
        using var file = File.OpenText(Repository.Combine(".github", "workflows", "images.yml"));
        yaml.Load(file);
        return (YamlMappingNode)yaml.Documents[0].RootNode["jobs"];
    }

    private static IEnumerable<YamlMappingNode> StepsOf(YamlNode job) => ((YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>();

    private static string Text(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var value) ? value.ToString() : "";

    [GeneratedRegex(@"\A[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digest();
}
