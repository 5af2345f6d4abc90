using ModelServing.Cli;
using ModelServing.Cli.Publishing;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Publishing;

public sealed class NextStepsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_a_stack_file_the_command_that_writes_one_is_printed() =>
        Assert.Equal(["To serve it, write a stack file: ms init churn"], Lines(null, 1));

    [Fact]
    public void A_new_model_is_stable_and_a_further_version_is_a_canary()
    {
        var first = Lines("config: { modelserving:models: {} }", 1);
        Assert.Equal("To serve it, name it in Pulumi.local.yaml, under modelserving:models:", first[0]);
        AssertServes(first, (1, null));
        var second = Lines("config: { modelserving:models: { churn: { stable: { version: 3 } } } }", 4);
        AssertServes(second, (3, 4));
        Assert.StartsWith("  curl -s http://127.0.0.1:8080/v2/models/churn/infer ", second[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void For_a_version_that_is_named_already_only_the_request_is_printed()
    {
        var lines = Lines("config: { modelserving:local: { port: 9000 }, modelserving:models: { churn: { stable: { version: 1 } } } }", 1);
        Assert.Equal(2, lines.Count);
        Assert.Equal("A request, once 'ms up' runs:", lines[0]);
        Assert.StartsWith("  curl -s http://127.0.0.1:9000/", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_faults_is_left_to_the_commands_that_serve_it() => Assert.Empty(Lines("config: 1", 1));

    private static void AssertServes(List<string> lines, (int Stable, int? Canary) expected)
    {
        var snippet = lines.Where(static line => line.StartsWith("    ", StringComparison.Ordinal));
        var (file, faults) = StackFile.Parse($"config:\n  modelserving:models:\n{string.Join('\n', snippet)}\n");
        Assert.Empty(faults);
        var model = file!.Settings.Models[ModelName.Parse("churn")];
        Assert.Equal(expected, (model.Stable.Version.Number, model.Canary?.Version.Number));
    }

    private List<string> Lines(string? yaml, int version)
    {
        var stack = new StackLocation("local", folder.FullPath);
        if (yaml is not null)
            File.WriteAllText(stack.FilePath, yaml);
        return [.. NextSteps.Lines(stack, Manifest(version))];
    }

    private static Manifest Manifest(int version) => new()
    {
        Schema = ModelServing.Registry.Manifest.CurrentSchema,
        Model = ModelName.Parse("churn"),
        Version = new ModelVersion(version),
        Digest = "sha256:" + new string('0', 64),
        Size = 1,
        Inputs = [new TensorInfo("x", Datatype.Fp32, [-1, 2])],
        Outputs = [new TensorInfo("y", Datatype.Fp32, [-1])],
        Metrics = new Dictionary<string, double>(),
        Labels = new Dictionary<string, string>(),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
