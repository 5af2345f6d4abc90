using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.EndToEnd.Tests;

/// <summary>How <c>ms</c> publishes and lists unsafe artifacts.</summary>
public sealed class ArtifactTests : IDisposable
{
    private readonly StackFolder folder = new();

    private string Registry => Path.Combine(folder.FullPath, "registry");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_unsafe_model_is_refused_with_every_reason_and_nothing_is_stored()
    {
        var file = Path.Combine(folder.FullPath, "model.onnx");
        await File.WriteAllBytesAsync(file, Unsafe(), TestContext.Current.CancellationToken);
        var (exitCode, output) = await MsProcess.RunAsync(folder, "publish", "churn", file, "--registry", "file:" + Registry);
        Assert.True(exitCode == 2, output);
        Assert.Contains("models/churn/1/model.onnx is refused, and nothing was stored", output, StringComparison.Ordinal);
        Assert.Contains(
            "graph.initializer[0] 'w': its data are in '../../../../etc/passwd'; export the model as one file (external-data)",
            output,
            StringComparison.Ordinal);
        Assert.Contains("graph.node[0] MatMul: the domain 'custom' is not allowed", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Registry), "something was stored");
    }

    [Fact]
    public async Task Each_version_is_listed_with_its_verdict()
    {
        var store = RegistryLocation.Open("file:" + Registry);
        var name = ModelName.Parse("churn");
        Put(name, 1, SomeOnnx.Linear(3, 1));
        Put(name, 2, Unsafe());
        Put(name, 3, SomeOnnx.Linear(3, 1));
        File.WriteAllText(Path.Combine(Registry, "models", "churn", "3", "manifest.json"), "{");
        Put(name, 4, SomeOnnx.Linear(3, 1));
        for (var version = 1; version <= 3; version++)
            await new ArtifactCheck(store, TimeProvider.System, "ModelLoader").CheckAsync(
                name,
                new ModelVersion(version),
                TestContext.Current.CancellationToken);

        var (exitCode, output) = await MsProcess.RunAsync(folder, "models", "--registry", "file:" + Registry);
        Assert.True(exitCode == 0, output);
        Assert.Contains("accepted", output, StringComparison.Ordinal);
        Assert.Contains(
            "refused: graph.initializer[0] 'w': its data are in '../../../../etc/passwd'; export the model as one file " +
                "(external-data), and 1 more",
            output,
            StringComparison.Ordinal);
        Assert.Contains("refused: models/churn/3/manifest.json: ", output, StringComparison.Ordinal);
        Assert.Contains("not checked", output, StringComparison.Ordinal);

        (exitCode, output) = await MsProcess.RunAsync(folder, "models", "--json", "--registry", "file:" + Registry);
        Assert.True(exitCode == 0, output);
        var rows = JsonNode.Parse(output[output.IndexOf('[', StringComparison.Ordinal)..])!.AsArray();
        Assert.Equal(
            ["accepted", "refused", "refused", "not checked"],
            rows.Select(static row => row!["verdict"]!["outcome"]!.GetValue<string>()));
        Assert.Equal(
            ["external-data", "operator-domain"],
            rows[1]!["verdict"]!["findings"]!.AsArray().Select(static finding => finding!["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_version_published_on_this_machine_has_its_verdict_at_once()
    {
        var file = Path.Combine(folder.FullPath, "model.onnx");
        await File.WriteAllBytesAsync(file, SomeOnnx.Linear(3, 1), TestContext.Current.CancellationToken);
        var (exitCode, output) = await MsProcess.RunAsync(folder, "publish", "churn", file, "--json", "--registry", "file:" + Registry);
        Assert.True(exitCode == 0, output);
        Assert.Contains("\"outcome\": \"accepted\"", output, StringComparison.Ordinal);
        Assert.Equal(
            VerdictOutcome.Accepted,
            Verdict.Parse(await File.ReadAllBytesAsync(
                Path.Combine(Registry, "verdicts", "churn", "1.json"),
                TestContext.Current.CancellationToken)).Outcome);
    }

    [Fact]
    public async Task A_model_is_run_before_it_is_published_and_the_next_steps_are_printed()
    {
        var file = Path.Combine(folder.FullPath, "model.onnx");
        await File.WriteAllBytesAsync(file, SomeOnnx.Add(Datatype.Fp32, -1, 2), TestContext.Current.CancellationToken);
        using var temporary = new TemporaryFolder();
        await using var ms = MsProcess.Start(
            folder, new Dictionary<string, string> { ["TMPDIR"] = temporary.FullPath }, "publish", "churn", file);
        var (exitCode, output) = (await ms.ExitAsync(), ms.Output);
        Assert.True(exitCode == 0, output);
        Assert.Contains("  input   a FP32 [-1,2]\n  input   b FP32 [-1,2]\n  output  sum FP32 [-1,2], for zeros: 0, 0\n", output,
            StringComparison.Ordinal);
        Assert.Contains("    churn:\n      stable:\n        version: 1\n", output, StringComparison.Ordinal);
        Assert.Contains(
            $"  curl -s {folder.Api}v2/models/churn/infer -H 'Content-Type: application/json' -d '{{\"inputs\":[",
            output,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(temporary.FullPath));
    }

    [Fact]
    public async Task A_model_that_can_not_be_loaded_is_not_published_unless_it_is_left_untried()
    {
        var file = Path.Combine(folder.FullPath, "model.onnx");
        await File.WriteAllBytesAsync(
            file, SomeUnsafeOnnx.Changed(static model => model.Graph.Node[0].OpType = "Unheard"), TestContext.Current.CancellationToken);
        var (exitCode, output) = await MsProcess.RunAsync(folder, "publish", "churn", file, "--registry", "file:" + Registry);
        Assert.True(exitCode == 2, output);
        Assert.Contains("models/churn/1/model.onnx is refused, and nothing was stored", output, StringComparison.Ordinal);
        Assert.Contains("ONNX Runtime can't open it: ", output, StringComparison.Ordinal);
        Assert.Contains("No Op registered for Unheard", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Registry), "something was stored");
        (exitCode, output) = await MsProcess.RunAsync(folder, "publish", "churn", file, "--untried", "--registry", "file:" + Registry);
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("an IR version that is too new")]
    [InlineData("an operator set that is too new")]
    [InlineData("an unknown operator")]
    [InlineData("a dangling input")]
    [InlineData("a small file that is 4 GiB when its constants are computed")]
    [InlineData("a division in a loop, of carried values")]
    public async Task A_model_that_would_harm_a_pod_is_not_published(string name)
    {
        var artifact = HostileArtifact.All.Single(artifact => artifact.Name == name);
        var file = Path.Combine(folder.FullPath, "model.onnx");
        await File.WriteAllBytesAsync(file, artifact.Model, TestContext.Current.CancellationToken);
        using var temporary = new TemporaryFolder();
        await using var ms = MsProcess.Start(
            folder,
            new Dictionary<string, string> { ["TMPDIR"] = temporary.FullPath },
            "publish",
            "churn",
            file,
            "--registry",
            "file:" + Registry);
        var (exitCode, output) = (await ms.ExitAsync(), ms.Output);
        Assert.True(exitCode == 2, output);
        Assert.Contains($"({artifact.Rule ?? artifact.Run})", output, StringComparison.Ordinal);
        if (artifact.Rule is null)
            Assert.Contains(artifact.Says ?? "", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Registry), "something was stored");
        Assert.Empty(Directory.GetFileSystemEntries(temporary.FullPath));
    }

    private static byte[] Unsafe() => SomeUnsafeOnnx.Changed(static m =>
    {
        m.Graph.Initializer[0] = SomeUnsafeOnnx.External();
        m.Graph.Node[0].Domain = "custom";
    });

    private void Put(ModelName name, int version, byte[] onnx)
    {
        foreach (var (key, content) in SomeArtifact.Objects(name, new ModelVersion(version), onnx))
        {
            var path = Path.Combine(Registry, key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }
}
