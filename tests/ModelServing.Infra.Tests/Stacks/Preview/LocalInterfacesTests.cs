using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Stacks.Preview;
using ModelServing.Stacks.Preview.Summary;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>The interface of a canary in a preview without an account.</summary>
[Collection(nameof(OneAtATime))]
public sealed class LocalInterfacesTests : IDisposable
{
    private static readonly ModelName Fraud = ModelName.Parse("fraud");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_canary_with_stables_interface_is_said_to_answer_its_callers()
    {
        await PublishAsync(1, SomeOnnx.Identity(Datatype.Fp32, -1, 3));
        await PublishAsync(2, SomeOnnx.Identity(Datatype.Fp32, -1, 3));
        Assert.Equal(["interface: fraud v2 answers all requests of v1's callers"], await CompareAsync());
    }

    [Fact]
    public async Task Each_difference_is_named()
    {
        await PublishAsync(1, SomeOnnx.Identity(Datatype.Fp32, -1, 3));
        await PublishAsync(2, SomeOnnx.Identity(Datatype.Fp32, -1, 4));
        var line = Assert.Single(await CompareAsync());
        Assert.StartsWith(
            "interface: fraud v2 can't answer all requests of v1's callers, so the apply is refused: it takes ",
            line,
            StringComparison.Ordinal);
        Assert.Contains("; it returns ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_registry_lacks_is_not_compared()
    {
        await PublishAsync(1, SomeOnnx.Identity(Datatype.Fp32, -1, 3));
        Assert.StartsWith(
            "interface: fraud v2 is not compared with v1's: ", Assert.Single(await CompareAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_shows_only_the_interfaces_that_are_new()
    {
        foreach (var version in (int[])[1, 2, 3])
            await PublishAsync(version, SomeOnnx.Identity(Datatype.Fp32, -1, version == 3 ? 4 : 3));
        var left = await RenderAsync(SomePreview.File);
        Assert.Equal(
            [],
            Interfaces(left, await RenderAsync(SomePreview.File.Replace("percent: 5", "percent: 10", StringComparison.Ordinal))));
        var line = Assert.Single(
            Interfaces(left, await RenderAsync(SomePreview.File.Replace("version: 2", "version: 3", StringComparison.Ordinal))));
        Assert.StartsWith("interface: fraud v3 can't answer all requests of v1's callers", line, StringComparison.Ordinal);

        static IEnumerable<string> Interfaces(StackSnapshot left, StackSnapshot right) => PreviewSummary
            .From(StackComparison.Between(left, right)).Lines
            .Where(static line => line.StartsWith("interface: ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_registry_of_this_machine_is_the_one_that_the_stack_file_names()
    {
        const string Yaml = "config:\n  modelserving:models: { fraud: { stable: { version: 1 } } }\n";
        Assert.Null(LocalInterfaces.FolderOf(folder.FullPath, "dev", Yaml));
        var made = Directory.CreateDirectory(folder.Combine(".modelserving", "dev", "registry")).FullName;
        Assert.Equal(made, LocalInterfaces.FolderOf(folder.FullPath, "dev", Yaml));
        Assert.Null(LocalInterfaces.FolderOf(folder.FullPath, "prod", Yaml));
        var models = Directory.CreateDirectory(folder.Combine("models")).FullName;
        Assert.Equal(models, LocalInterfaces.FolderOf(folder.FullPath, "dev", Yaml + "  modelserving:local: { registry: models }\n"));
    }

    private Task<StackSnapshot> RenderAsync(string yaml) =>
        StackSnapshot.RenderAsync(yaml, "test", foundationOnly: false, SecretDigest.ForThisProcess(), folder.FullPath);

    private async Task<IReadOnlyList<string>> CompareAsync() =>
        await LocalInterfaces.CompareAsync(StackFile.Parse(SomePreview.File, cloud: true).File!, folder.FullPath);

    private Task<Manifest> PublishAsync(int version, byte[] onnx) =>
        new ModelRegistry(RegistryLocation.Open(HostSources.File(folder.FullPath)), TimeProvider.System)
            .PublishAsync(Fraud, new ModelVersion(version), onnx, TrainingInfo.None, Token);
}
