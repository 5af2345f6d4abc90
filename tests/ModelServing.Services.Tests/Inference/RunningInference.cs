using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference;
using ModelServing.Inference.Models;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>An inference service in this process, on a port of its own, that serves <c>m</c> version 3 from a folder.</summary>
internal sealed class RunningInference : IAsyncDisposable
{
    internal static readonly ModelName Model = ModelName.Parse("m");
    internal static readonly ModelVersion Version = new(3);

    private readonly TemporaryFolder? folder;
    private readonly WebApplication app;

    private RunningInference(TemporaryFolder? folder, WebApplication app)
    {
        this.folder = folder;
        this.app = app;
        Client = new HttpClient { BaseAddress = app.Urls.FirstOrDefault() is { } url ? new Uri(url) : null };
    }

    internal HttpClient Client { get; }

    private bool IsStopping => app.Lifetime.ApplicationStopping.IsCancellationRequested;

    internal int ExitCode => app.Services.GetRequiredService<HostFailure>().ExitCode;

    /// <summary>Publishes a model and starts the service; it is ready when the task ends, unless it can't be.</summary>
    internal static async Task<RunningInference> StartAsync(byte[] onnx, Func<InferenceSettings, InferenceSettings>? change = null, Action<TemporaryFolder>? damage = null)
    {
        var folder = new TemporaryFolder();
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        await registry.PublishAsync(Model, Version, onnx, TrainingInfo.None, default);
        damage?.Invoke(folder);
        var settings = new InferenceSettings { Model = Model, Version = Version, Registry = "file:" + folder.FullPath };
        var service = await StartOnAsync(change?.Invoke(settings) ?? settings, folder);
        var readiness = service.app.Services.GetRequiredService<Readiness>();
        while (readiness.Reason is not null && !service.IsStopping)
            await Task.Delay(5);
        return service;
    }

    /// <summary>Starts the service on a registry of the test's own, and waits for nothing.</summary>
    /// <exception cref="ContractException">A setting is wrong.</exception>
    internal static async Task<RunningInference> StartOnAsync(InferenceSettings settings, TemporaryFolder? folder = null)
    {
        var app = ServiceHost.Build("inference", settings with { Urls = "http://127.0.0.1:0", LogFormat = LogFormat.Json }, InferenceHost.Add, InferenceHost.Map);
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // It failed before it listened.
        }

        return new RunningInference(folder, app);
    }

    internal Task UntilReadyAsync() => UntilAsync(async () => (await Client.GetAsync(InferencePaths.HealthReady)).IsSuccessStatusCode, "it never became ready");

    /// <summary>Waits until it says that it is not ready, and why.</summary>
    internal Task UntilNotReadyAsync(string why) => UntilAsync(async () => (await (await Client.GetAsync(InferencePaths.HealthReady)).Content.ReadAsStringAsync()).Contains(why, StringComparison.Ordinal), $"it never said '{why}'");

    internal Task UntilStoppingAsync() => UntilAsync(() => Task.FromResult(IsStopping), "it never stopped");

    /// <summary>Ends a wait for the version, as the function ModelLoader's message does.</summary>
    internal void LookAgain() => app.Services.GetRequiredService<ArtifactLoader>().LookAgain();

    internal Task StopAsync() => app.StopAsync();

    internal async Task<(int Status, string Body)> InferAsync(string body)
    {
        using var answer = await Client.PostAsync(InferencePaths.Infer(Model), new StringContent(body));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, otherwise);
            await Task.Delay(10);
        }
    }

    /// <summary>A request is counted after its last byte was sent, so it may take a moment.</summary>
    internal async Task UntilMetricsMatch(string pattern)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string metrics;
        do
        {
            metrics = await Client.GetStringAsync(InferencePaths.Metrics);
        }
        while (!Regex.IsMatch(metrics, pattern) && !patience.IsCancellationRequested);
        Assert.Matches(pattern, metrics);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        folder?.Dispose();
    }
}
