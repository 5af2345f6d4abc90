using ModelServing.Cli;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Cli.Up;

public class PublishHintTests
{
    [Fact]
    public void The_commands_for_the_samples_versions_name_their_files()
    {
        var lines = PublishHint.For(new StackLocation("dev", Path.GetFullPath(".")), demo: false, [
            Version("fraud", 1),
            Version("fraud", 2),
        ]).ToList();
        Assert.Equal("To run the platform with the sample: ms up --demo", lines[0]);
        var views = lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["ms", "features", "apply"], views[..3]);
        Assert.Equal(2, views[3..].Length);
        Assert.All(views[3..], static file => Assert.True(File.Exists(file), file));
        Assert.Equal("To publish them:", lines[3]);
        var words = lines[5].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["ms", "publish", "fraud"], words[..3]);
        Assert.True(File.Exists(words[3]), words[3]);
        Assert.Equal("--training", words[4]);
        Assert.True(File.Exists(words[5]), words[5]);
        Assert.Equal(["--version", "2"], words[6..]);
    }

    [Fact]
    public void The_commands_for_other_versions_name_the_stack() => Assert.Equal(
        ["To publish it:", "  ms publish iris MODEL.onnx --version 3 --stack prod --local --cwd /srv/stacks"],
        PublishHint.For(new StackLocation("prod", "/srv/stacks"), demo: false, [Version("iris", 3)]));

    [Fact]
    public void A_demo_names_its_versions() => Assert.Equal(
        ["--demo has its own registry, with versions 1 and 2 of fraud; run without --demo to serve published versions"],
        PublishHint.For(new StackLocation("dev", "/srv"), demo: true, [Version("fraud", 3)]));

    private static PublishedVersion Version(string model, int version) => new(ModelName.Parse(model), new ModelVersion(version));
}
