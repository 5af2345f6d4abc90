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

/// <summary>An inference service in this process, on its own port, that serves <c>m</c> version 3 from a folder.</summary>
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

    internal T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    private bool IsStopping => app.Lifetime.ApplicationStopping.IsCancellationRequested;

    internal int ExitCode => app.Services.GetRequiredService<HostFailure>().ExitCode;

    /// <summary>Publishes a model and starts the service. When the task ends, the service is ready or has failed.</summary>
    internal static async Task<RunningInference> StartAsync(
        byte[] onnx,
        Func<InferenceSettings, InferenceSettings>? change = null,
        Action<TemporaryFolder>? damage = null)
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

    /// <summary>Starts the service on the test's own registry, without waiting until it is ready.</summary>
    /// <exception cref="ContractException">A setting is wrong.</exception>
    internal static async Task<RunningInference> StartOnAsync(InferenceSettings settings, TemporaryFolder? folder = null)
    {
        var app = ServiceHost.Build(
            "inference",
            settings with { Urls = "http://127.0.0.1:0", LogFormat = LogFormat.Json },
            InferenceHost.Add,
            InferenceHost.Map);
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The service failed before it listened.
        }

        return new RunningInference(folder, app);
    }

    internal Task UntilReadyAsync() =>
        UntilAsync(async () => (await Client.GetAsync(InferencePaths.HealthReady)).IsSuccessStatusCode, "it never became ready");

    /// <summary>Waits until readiness reports the reason <paramref name="why"/>.</summary>
    internal Task UntilNotReadyAsync(string why) =>
        UntilAsync(
            async () => (await (await Client.GetAsync(InferencePaths.HealthReady)).Content.ReadAsStringAsync())
                .Contains(why, StringComparison.Ordinal),
            $"it never reported '{why}'");

    internal Task UntilStoppingAsync() => UntilAsync(() => Task.FromResult(IsStopping), "it never stopped");

    /// <summary>Makes the loader check the registry, as an announcement of the function ModelLoader does.</summary>
    internal void CheckNow() => app.Services.GetRequiredService<ArtifactLoader>().CheckNow();

    internal Task StopAsync() => app.StopAsync();

    internal async Task<(int Status, string Body)> InferAsync(string body)
    {
        using var answer = await Client.PostAsync(InferencePaths.Infer(Model), new StringContent(body));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition, string failure)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Assert.False(timeout.IsCancellationRequested, failure);
            await Task.Delay(10);
        }
    }

    /// <summary>Waits for metrics, because a request is counted only after its last byte was sent.</summary>
    internal async Task UntilMetricsMatch(string pattern)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string metrics;
        do
        {
            metrics = await Client.GetStringAsync(InferencePaths.Metrics);
        }
        while (!Regex.IsMatch(metrics, pattern) && !timeout.IsCancellationRequested);
        Assert.Matches(pattern, metrics);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        folder?.Dispose();
    }
}
