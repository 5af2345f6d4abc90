using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry;

/// <summary>The registry, on every kind of store.</summary>
public abstract class ModelRegistryTests : IAsyncLifetime
{
    private static readonly ModelName Fraud = ModelName.Parse("fraud");
    private static readonly byte[] Model = SomeOnnx.Linear(15, 1);

    private readonly SetTime time = new();
    private TestedStore store = null!;
    private ModelRegistry registry = null!;

    public async ValueTask InitializeAsync()
    {
        store = await MakeAsync();
        registry = new ModelRegistry(store.Open(), time);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_published_version_is_read_back_with_its_interface_and_training_info()
    {
        var training = new TrainingInfo
        {
            Metrics = new Dictionary<string, double> { ["auc"] = 0.97 },
            Labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
        };
        var published = await registry.PublishAsync(Fraud, V(2), Model, training, default);
        var artifact = await registry.ReadArtifactAsync(Fraud, V(2), default);

        Assert.Equal(Model, artifact.Model.ToArray());
        Assert.Equal(published.ToUtf8(), artifact.Manifest.ToUtf8());
        Assert.Equal(Sha256Digest.Compute(Model), artifact.Manifest.Digest);
        Assert.Equal(Model.Length, artifact.Manifest.Size);
        Assert.Equal("x FP32 [-1,15]", Assert.Single(artifact.Manifest.Inputs).ToString());
        Assert.Equal("y FP32 [-1,1]", Assert.Single(artifact.Manifest.Outputs).ToString());
        Assert.Equal(time.Now, artifact.Manifest.CreatedAt);
        Assert.Equal(0.97, artifact.Manifest.Metrics["auc"]);
        Assert.Equal(["a", "b"], artifact.Manifest.Labels.Keys);
    }

    [Fact]
    public async Task A_stream_is_published_from_its_position_to_its_end()
    {
        using var stream = new MemoryStream([1, 2, 3, .. Model]) { Position = 3 };
        var manifest = await registry.PublishAsync(Fraud, V(1), stream, TrainingInfo.None, default);
        Assert.Equal(Sha256Digest.Compute(Model), manifest.Digest);
        Assert.Equal(Model, (await registry.ReadArtifactAsync(Fraud, V(1), default)).Model.ToArray());
    }

    [Fact]
    public async Task Versions_are_listed_by_number_once_their_manifest_is_there()
    {
        foreach (var (name, version) in ((string, int)[])[("fraud", 10), ("fraud", 9), ("churn", 1)])
            await registry.PublishAsync(ModelName.Parse(name), V(version), Model, TrainingInfo.None, default);
        store.Set("models/fraud/11/model.onnx", Model);
        store.Set("models/fraud/x/manifest.json", []);
        store.Set("models/fraud/07/manifest.json", []);
        store.Set("models/Bad Name/1/manifest.json", []);
        store.Set("models/fraud/9/more/manifest.json", []);

        Assert.Equal(["churn/1", "fraud/9", "fraud/10"], (await registry.ListAsync(default)).Select(v => $"{v.Model}/{v.Version}"));
        Assert.Equal([9, 10], (await registry.ListAsync(Fraud, default)).Select(v => v.Version.Number));
        Assert.Empty(await registry.ListAsync(ModelName.Parse("frau"), default));
    }

    [Fact]
    public async Task A_version_never_changes()
    {
        await registry.PublishAsync(Fraud, V(1), Model, TrainingInfo.None, default);
        await registry.PublishAsync(Fraud, V(4), Model, TrainingInfo.None, default);
        var e = await FailsAsync(
            RegistryError.AlreadyPublished,
            () => registry.PublishAsync(Fraud, V(1), SomeOnnx.Linear(3, 1), TrainingInfo.None, default));
        Assert.Equal(
            "models/fraud/1/manifest.json: fraud already has a version 1, and a version never changes; publish this as version 5",
            e.Message);
        Assert.Equal(Model, (await registry.ReadArtifactAsync(Fraud, V(1), default)).Model.ToArray());
    }

    [Fact]
    public async Task When_several_publish_at_the_same_time_one_wins_and_the_others_get_an_error()
    {
        var models = Enumerable.Range(0, 6).Select(i => SomeOnnx.Linear(4, 1, seed: i / 2)).ToArray();
        using var start = new Barrier(models.Length);
        var results = await Task.WhenAll(models.Select(m => Task.Factory.StartNew(
            async () =>
            {
                start.SignalAndWait();
                return await Record.ExceptionAsync(() => registry.PublishAsync(Fraud, V(1), m, TrainingInfo.None, default));
            },
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));

        var winner = Array.IndexOf(results, null);
        Assert.Single(results, r => r is null);
        Assert.All(results.Where(r => r is not null), r => Assert.IsType<RegistryException>(r));
        Assert.Equal(models[winner], (await registry.ReadArtifactAsync(Fraud, V(1), default)).Model.ToArray());
    }

    [Fact]
    public async Task Only_the_same_bytes_finish_an_interrupted_publish()
    {
        store.Set("models/fraud/1/model.onnx", Model);
        var e = await FailsAsync(
            RegistryError.Refused,
            () => registry.PublishAsync(Fraud, V(1), SomeOnnx.Linear(15, 1, seed: 2), TrainingInfo.None, default));
        Assert.StartsWith(
            "models/fraud/1/model.onnx: an interrupted publish left other bytes there (",
            e.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "publish those again to finish it, publish these as another version, or delete the object",
            e.Message,
            StringComparison.Ordinal);
        Assert.Empty(await registry.ListAsync(default));

        await registry.PublishAsync(Fraud, V(1), Model, TrainingInfo.None, default);
        Assert.Equal(Model, (await registry.ReadArtifactAsync(Fraud, V(1), default)).Model.ToArray());
    }

    [Fact]
    public async Task A_model_that_can_not_be_served_is_refused_before_anything_is_stored()
    {
        var e = await FailsAsync(
            RegistryError.Refused,
            () => registry.PublishAsync(Fraud, V(1), "not a model"u8.ToArray(), TrainingInfo.None, default));
        Assert.StartsWith("models/fraud/1/model.onnx: it is not an ONNX model: ", e.Message, StringComparison.Ordinal);
        Assert.Equal([FindingCode.Protobuf], e.Findings.Select(static f => f.Code));
        foreach (var model in SomeUnsafeOnnx.All.Where(static each => each.Bytes.Length < 100_000))
        {
            e = await FailsAsync(RegistryError.Refused, () => registry.PublishAsync(Fraud, V(1), model.Bytes, TrainingInfo.None, default));
            Assert.Contains(e.Findings, finding => finding.Code == model.Code);
        }

        var info = new TrainingInfo { Metrics = new Dictionary<string, double> { ["auc"] = double.NaN } };
        e = await FailsAsync(RegistryError.Refused, () => registry.PublishAsync(Fraud, V(1), Model, info, default));
        Assert.Contains("the metric 'auc' is NaN", e.Message, StringComparison.Ordinal);
        Assert.Empty(store.Keys);
        Assert.Empty(store.LeftOvers);
    }

    [Fact]
    public async Task A_model_that_is_too_large_is_refused_before_it_is_read()
    {
        using var endless = new EndlessStream(ModelRegistry.MaxModelBytes + 1);
        var e = await FailsAsync(RegistryError.Refused, () => registry.PublishAsync(Fraud, V(1), endless, TrainingInfo.None, default));
        Assert.Equal(
            "models/fraud/1/model.onnx: the model has 1610612737 bytes; at most 1610612736 (1.5 GiB) are allowed (artifact-size)",
            e.Message);
    }

    [Fact]
    public async Task The_error_for_a_missing_version_lists_the_existing_ones()
    {
        var e = await FailsAsync(RegistryError.NotFound, () => registry.ReadArtifactAsync(Fraud, V(3), default));
        Assert.EndsWith("fraud has no version 3; no version of that model is published", e.Message, StringComparison.Ordinal);
        await registry.PublishAsync(Fraud, V(1), Model, TrainingInfo.None, default);
        await registry.PublishAsync(Fraud, V(2), Model, TrainingInfo.None, default);
        e = await FailsAsync(RegistryError.NotFound, () => registry.ReadManifestAsync(Fraud, V(3), default));
        Assert.Equal(
            $"models/fraud/3/manifest.json: not found in {registry.Location}, so fraud has no version 3; published versions: 1, 2",
            e.Message);
    }

    [Fact]
    public async Task A_damaged_artifact_is_never_returned()
    {
        await registry.PublishAsync(Fraud, V(1), Model, TrainingInfo.None, default);

        var changed = (byte[])Model.Clone();
        changed[^1] ^= 1;
        store.Set("models/fraud/1/model.onnx", changed);
        var e = await FailsAsync(RegistryError.Damaged, () => registry.ReadArtifactAsync(Fraud, V(1), default));
        Assert.Equal(
            $"models/fraud/1/model.onnx: its SHA-256 is {Sha256Digest.Compute(changed)}, but the manifest says " +
                $"{Sha256Digest.Compute(Model)}; publish fraud again as a new version",
            e.Message);

        store.Set("models/fraud/1/model.onnx", Model[..^1]);
        e = await FailsAsync(RegistryError.Damaged, () => registry.ReadArtifactAsync(Fraud, V(1), default));
        Assert.StartsWith(
            $"models/fraud/1/model.onnx: it has {Model.Length - 1} bytes, but the manifest says {Model.Length};",
            e.Message,
            StringComparison.Ordinal);

        store.Remove("models/fraud/1/model.onnx");
        e = await FailsAsync(RegistryError.Damaged, () => registry.ReadArtifactAsync(Fraud, V(1), default));
        Assert.StartsWith("models/fraud/1/model.onnx: not found in ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_names_a_manifest_that_is_damaged_or_belongs_to_another_version()
    {
        await registry.PublishAsync(Fraud, V(1), Model, TrainingInfo.None, default);
        store.Set("models/fraud/2/manifest.json", store.Get("models/fraud/1/manifest.json"));
        var e = await FailsAsync(RegistryError.Damaged, () => registry.ReadManifestAsync(Fraud, V(2), default));
        Assert.Equal(
            "models/fraud/2/manifest.json: it is the manifest of fraud version 1; publish fraud again as a new version",
            e.Message);

        store.Set("models/fraud/2/manifest.json", "{"u8.ToArray());
        e = await FailsAsync(RegistryError.Damaged, () => registry.ReadManifestAsync(Fraud, V(2), default));
        Assert.StartsWith("models/fraud/2/manifest.json: the manifest can't be read: ", e.Message, StringComparison.Ordinal);

        store.Set("models/fraud/2/manifest.json", new byte[Manifest.MaxBytes + 1]);
        await FailsAsync(RegistryError.Damaged, () => registry.ReadManifestAsync(Fraud, V(2), default));
    }

    /// <summary>Creates an empty store.</summary>
    protected abstract ValueTask<TestedStore> MakeAsync();

    private static ModelVersion V(int number) => new(number);

    private static async Task<RegistryException> FailsAsync(RegistryError error, Func<Task> act)
    {
        var e = await Assert.ThrowsAsync<RegistryException>(act);
        Assert.Equal(error, e.Error);
        return e;
    }

    private sealed class EndlessStream(long length) : MemoryStream
    {
        public override long Length => length;

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default) => throw new InvalidOperationException("it was read");
    }
}
