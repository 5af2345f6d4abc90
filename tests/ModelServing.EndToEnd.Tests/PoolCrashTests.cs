using System.Net;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A process of a pool that is killed while one of its versions runs.</summary>
public sealed class PoolCrashTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = MsProcess.Timeout };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        http.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_process_that_follows_does_not_open_the_version_and_serves_the_others()
    {
        var settings = await PublishAsync();
        // How this process ends is not noted, so the first time may be an operator's.
        await KillInRunAsync(settings, null);
        await KillInRunAsync(settings, "so they run one at a time until the culprit is known");

        for (var start = 0; start < 2; start++)
        {
            await using var next = HostProcess.StartInference(settings);
            var api = await next.AddressAsync();
            await next.WaitForResponseAsync(http, new Uri(api, InferencePaths.HealthReady), "ok");
            if (start == 0)
                await next.SaysAsync("so the version is not opened until its pool changes");
            using var refused = await http.GetAsync(new Uri(api, "/v2/models/loop/ready"), Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains(
                "loop version 1 is refused: the process before this one crashed while it ran",
                await refused.Content.ReadAsStringAsync(Token),
                StringComparison.Ordinal);
            using var good = await http.PostAsync(
                new Uri(api, "/v2/models/good/infer"),
                new StringContent("""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[3]}]}"""),
                Token);
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
            Assert.True(await next.StopAsync() == 0, next.Output);
        }
    }

    private async Task KillInRunAsync(InferenceSettings settings, string? says)
    {
        await using var host = HostProcess.StartInference(settings);
        var api = await host.AddressAsync();
        await host.WaitForResponseAsync(http, new Uri(api, InferencePaths.HealthReady), "ok");
        if (says is not null)
            await host.SaysAsync(says);
        var call = http.PostAsync(
            new Uri(api, "/v2/models/loop/infer"),
            new StringContent($$"""{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{SomeSlowOnnx.Endless}}]}]}"""),
            Token);
        var running = Path.Combine(settings.PoolState!, "running");
        await Until.TrueAsync(() => File.ReadAllBytes(running)[128..].Any(static one => one != 0), () => $"it never ran:\n{host.Output}");
        Assert.False(call.IsCompleted);
    }

    private async Task<InferenceSettings> PublishAsync()
    {
        var location = HostSources.File(folder.Combine("models"));
        var registry = new ModelRegistry(RegistryLocation.Open(location), TimeProvider.System);
        (string Name, byte[] Model)[] models = [("good", SomeOnnx.Identity(Datatype.Fp32, -1)), ("loop", SomeSlowOnnx.Loop())];
        foreach (var (name, model) in models)
            await registry.PublishAsync(ModelName.Parse(name), new ModelVersion(1), model, TrainingInfo.None, Token);
        var document = new PoolDocument
        {
            Schema = PoolDocument.CurrentSchema,
            Name = ModelName.Parse("small"),
            Versions = [.. models.Select(static model => new PooledVersion(ModelName.Parse(model.Name), new ModelVersion(1)))],
        };
        await File.WriteAllBytesAsync(folder.Combine("pool.json"), document.ToUtf8(), Token);
        return new InferenceSettings
        {
            Pool = HostSources.File(folder.Combine("pool.json")),
            PoolState = folder.Combine("state"),
            Registry = location,
        };
    }
}
