using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>An inference service in this process, on a port of its own, that serves <c>m</c> version 3 from a folder.</summary>
internal sealed class RunningInference : IAsyncDisposable
{
    internal static readonly ModelName Model = ModelName.Parse("m");
    internal static readonly ModelVersion Version = new(3);

    private readonly TemporaryFolder folder;
    private readonly WebApplication app;

    private RunningInference(TemporaryFolder folder, WebApplication app)
    {
        this.folder = folder;
        this.app = app;
        Client = new HttpClient { BaseAddress = app.Urls.FirstOrDefault() is { } url ? new Uri(url) : null };
    }

    internal HttpClient Client { get; }

    internal int ExitCode => app.Services.GetRequiredService<HostFailure>().ExitCode;

    /// <summary>Publishes a model and starts the service; it is ready when the task ends, unless it can't be.</summary>
    internal static async Task<RunningInference> StartAsync(byte[] onnx, Func<InferenceSettings, InferenceSettings>? change = null, Action<TemporaryFolder>? damage = null)
    {
        var folder = new TemporaryFolder();
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        await registry.PublishAsync(Model, Version, onnx, TrainingInfo.None, default);
        damage?.Invoke(folder);
        var settings = new InferenceSettings { Model = Model, Version = Version, Registry = "file:" + folder.FullPath, Urls = "http://127.0.0.1:0", LogFormat = LogFormat.Json };
        var app = ServiceHost.Build("inference", change?.Invoke(settings) ?? settings, InferenceHost.Add, InferenceHost.Map);
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // It failed before it listened.
        }

        var readiness = app.Services.GetRequiredService<Readiness>();
        while (readiness.Reason is not null && !app.Lifetime.ApplicationStopping.IsCancellationRequested)
            await Task.Delay(5);
        return new RunningInference(folder, app);
    }

    internal async Task<(int Status, string Body)> InferAsync(string body)
    {
        using var answer = await Client.PostAsync(InferencePaths.Infer(Model), new StringContent(body));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
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
        folder.Dispose();
    }
}
