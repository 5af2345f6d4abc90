using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Services.Tests.Oci;
using ModelServing.TestKit;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Inference;

/// <summary>An inference service whose bucket has a version that must not be loaded.</summary>
public sealed class RefusedVersionTests : IAsyncLifetime
{
    private const string ManifestKey = "models/m/3/manifest.json";
    private const string ModelKey = "models/m/3/model.onnx";
    private static readonly byte[] Good = SomeOnnx.Linear(3, 1);

    private TestedBucket tested = null!;

    public static TheoryData<string, string> Refused => new()
    {
        { "damaged", "its SHA-256 is sha256:" },
        { "shorter", "it has " },
        { "oversized", "bytes; at most 100 are allowed" },
        { "unsafe", "graph.initializer[0] 'w': its data are in '../../../../etc/passwd'; export the model as one file (external-data)" },
        { "another interface", "the model's is 'x FP32 [-1,3]'" },
        { "an unreadable manifest", "the manifest can't be read" },
        { "without a model", "not found in " },
        { "a model that the runtime can't open", "ONNX Runtime can't open models/m/3/model.onnx" },
        { "an operator set that is too new", "Current official support for domain ai.onnx is till opset " },
    };

    public async ValueTask InitializeAsync() => tested = await TestedBucket.StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_refused_version_is_never_loaded_and_the_live_host_reports_why(string kind, string why)
    {
        Store(kind);
        await using var service = await RunningInference.StartOnAsync(Settings(kind == "oversized" ? 100 : null));
        await service.UntilNotReadyAsync("m version 3 is refused: ");
        Assert.Contains(why, await (await service.Client.GetAsync("/health/ready")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("ok\n", await service.Client.GetStringAsync("/health/live"));
        var (status, body) = await service.InferAsync("{}");
        Assert.Equal(503, status);
        Assert.Contains("m version 3 is refused: ", body, StringComparison.Ordinal);
        // A place in the source of the runtime, which the caller can't see.
        Assert.DoesNotMatch(@"\w\.(h|cc|cpp):\d|onnxruntime::", body);
        Assert.Equal(0, service.ExitCode);
    }

    [Fact]
    public async Task A_refused_model_is_not_read_again_and_publishing_the_version_again_loads_it_without_a_restart()
    {
        Store("unsafe");
        await using var service = await RunningInference.StartOnAsync(Settings());
        await service.UntilNotReadyAsync("m version 3 is refused: ");
        var read = Reads(ModelKey);

        // However often it is woken, it reads only the manifest.
        for (var i = 0; i < 5; i++)
        {
            var before = Reads(ManifestKey);
            service.CheckNow();
            await RunningInference.UntilAsync(() => Task.FromResult(Reads(ManifestKey) > before), "it never read the manifest again");
        }

        Assert.Equal(read, Reads(ModelKey));
        Store("good");
        service.CheckNow();
        await service.UntilReadyAsync();
        Assert.Equal(0, service.ExitCode);
    }

    [Fact]
    public async Task A_version_that_arrives_during_the_wait_is_loaded_as_soon_as_it_is_announced()
    {
        await using var service = await RunningInference.StartOnAsync(Settings());
        await service.UntilNotReadyAsync("no manifest");
        Store("good");
        service.CheckNow();
        await service.UntilReadyAsync();
    }

    [Fact]
    public async Task It_stops_while_a_version_is_refused()
    {
        Store("unsafe");
        await using var service = await RunningInference.StartOnAsync(Settings());
        await service.UntilNotReadyAsync("m version 3 is refused: ");
        await service.StopAsync().WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
    }

    private void Store(string kind)
    {
        var onnx = kind switch
        {
            "unsafe" => SomeUnsafeOnnx.Changed(static m => m.Graph.Initializer[0] = SomeUnsafeOnnx.External()),
            "a model that the runtime can't open" => SomeUnsafeOnnx.Changed(static m => m.Graph.Node[0].OpType = "NoSuchOperator"),
            "an operator set that is too new" => SomeUnsafeOnnx.Changed(static m => m.OpsetImport[0].Version = 99),
            _ => Good,
        };
        Func<Manifest, Manifest>? change =
            kind == "another interface" ? static m => m with { Inputs = [new TensorInfo("x", Datatype.Fp64, [-1, 3])] } : null;
        foreach (var (key, content) in SomeArtifact.Objects(RunningInference.Model, RunningInference.Version, onnx, change))
            tested.Set(key, content);
        switch (kind)
        {
            case "damaged":
                tested.Set(ModelKey, [.. onnx[..^1], (byte)(onnx[^1] ^ 1)]);
                break;
            case "shorter":
                tested.Set(ModelKey, onnx[..^1]);
                break;
            case "without a model":
                tested.Remove(ModelKey);
                break;
            case "an unreadable manifest":
                tested.Set(ManifestKey, "{"u8.ToArray());
                break;
        }
    }

    private int Reads(string key) =>
        tested.Emulator.Requests.Count(request => request.Operation == StorageOperation.GetObject && request.Target.Key == key);

    private InferenceSettings Settings(long? maxModelBytes = null)
    {
        var settings = new InferenceSettings
        {
            Model = RunningInference.Model,
            Version = RunningInference.Version,
            Registry = $"oci:{ObjectStorageEmulator.Namespace}/{TestedBucket.Name}",
            Oci = tested.Settings,
        };
        return maxModelBytes is { } limit ? settings with { MaxModelBytes = limit } : settings;
    }
}
