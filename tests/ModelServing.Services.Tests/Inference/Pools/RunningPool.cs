using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Pools;

/// <summary>An inference service in this process that serves a pool. The model of each version multiplies by its own factor, so an answer
/// tells which version it is of.</summary>
internal sealed class RunningPool : IAsyncDisposable
{
    private readonly RunningInference service;

    private RunningPool(RunningInference service) => this.service = service;

    internal RunningInference Service => service;

    internal HttpClient Client => service.Client;

    /// <summary>A model that multiplies by a factor.</summary>
    internal static byte[] Times(int factor) => SomeOnnx.Model(
        graph => graph.Initializer.Add(new TensorProto
        {
            Name = "factor",
            DataType = (int)TensorProto.Types.DataType.Float,
            FloatData = { factor },
        }),
        [SomeOnnx.Value("x", Datatype.Fp32, [-1])],
        [SomeOnnx.Value("y", Datatype.Fp32, [-1])],
        SomeOnnx.Node("Mul", ["x", "factor"], ["y"]));

    /// <summary>Publishes a version into a folder.</summary>
    internal static Task PublishAsync(TemporaryFolder folder, string model, int version, byte[] onnx) =>
        new ModelRegistry(RegistryLocation.Open("file:" + folder.Combine("models")), TimeProvider.System).PublishAsync(
            ModelName.Parse(model), new ModelVersion(version), onnx, TrainingInfo.None, TestContext.Current.CancellationToken);

    /// <summary>Publishes versions whose factors are 1, 2 and so on, and starts a service that has all of them.</summary>
    internal static async Task<RunningPool> StartAsync(
        IReadOnlyList<(string Model, int Version)> versions, Func<InferenceSettings, InferenceSettings>? change = null)
    {
        var folder = new TemporaryFolder();
        var factor = 0;
        foreach (var (model, version) in versions)
            await PublishAsync(folder, model, version, Times(++factor));
        return await StartAsync(folder, [.. versions.Select(static one => Version(one.Model, one.Version))], change, owned: folder);
    }

    /// <summary>Starts a service on what a folder has. The folder stays the test's.</summary>
    internal static Task<RunningPool> StartOnAsync(
        TemporaryFolder folder, IReadOnlyList<PooledVersion> versions, Func<InferenceSettings, InferenceSettings>? change = null) =>
        StartAsync(folder, versions, change, owned: null);

    private static async Task<RunningPool> StartAsync(
        TemporaryFolder folder,
        IReadOnlyList<PooledVersion> versions,
        Func<InferenceSettings, InferenceSettings>? change,
        TemporaryFolder? owned)
    {
        var settings = Settings(folder, versions);
        var service = await RunningInference.StartOnAsync(change?.Invoke(settings) ?? settings, owned);
        await service.UntilReadyAsync();
        return new RunningPool(service);
    }

    /// <summary>Writes the pool's document, and returns the settings of its service.</summary>
    internal static InferenceSettings Settings(TemporaryFolder folder, IReadOnlyList<PooledVersion> versions)
    {
        var document = new PoolDocument { Schema = PoolDocument.CurrentSchema, Name = ModelName.Parse("small"), Versions = versions };
        File.WriteAllBytes(folder.Combine("pool.json"), document.ToUtf8());
        return new InferenceSettings
        {
            Pool = HostSources.File(folder.Combine("pool.json")),
            Registry = "file:" + folder.Combine("models"),
        };
    }

    internal static PooledVersion Version(string model, int version) => new(ModelName.Parse(model), new ModelVersion(version));

    internal static string PathOf(string model, int version) => InferencePaths.Model(ModelName.Parse(model), new ModelVersion(version));

    internal Task<(int Status, string Body)> AskAsync(string model, int version, float x) =>
        AskAsync(PathOf(model, version) + "/infer", x);

    internal async Task<(int Status, string Body)> AskAsync(string path, float x, string? timeout = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(string.Create(
                CultureInfo.InvariantCulture, $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[{{x}}]}]}""")),
        };
        if (timeout is not null)
            message.Headers.Add(HeaderNames.RequestTimeout, timeout);
        using var answer = await Client.SendAsync(message);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Asks a version, which must answer, for its factor.</summary>
    internal async Task<float> FactorOfAsync(string model, int version)
    {
        var (status, body) = await AskAsync(model, version, 1);
        Assert.True(status == 200, body);
        return ValueIn(body);
    }

    internal static float ValueIn(string body) =>
        JsonDocument.Parse(body).RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle();

    internal async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, body);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();
}
