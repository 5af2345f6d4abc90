using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference;
using ModelServing.Inference.Models;
using ModelServing.Registry;
using ModelServing.Services.Tests.Functions.Listener;
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

    /// <summary>What the service logged.</summary>
    internal IReadOnlyCollection<RecordedLine> Log => ((OwnLog)app.Services.GetRequiredService<ILoggerFactory>()).Lines;

    /// <summary>The address for a <see cref="RawConnection"/>.</summary>
    internal IPEndPoint Address => IPEndPoint.Parse(new Uri(app.Urls.First()).Authority);

    /// <summary>The address for gRPC, if the settings have one.</summary>
    internal Uri Grpc => new(app.Urls.Last());

    internal int ExitCode => app.Services.GetRequiredService<HostFailure>().ExitCode;

    /// <summary>Publishes a model and starts the service. When the task ends, the service is ready or has failed.</summary>
    internal static async Task<RunningInference> StartAsync(
        byte[] onnx,
        Func<InferenceSettings, InferenceSettings>? change = null,
        Action<TemporaryFolder>? damage = null,
        TrainingInfo? training = null,
        TimeProvider? time = null,
        ThreadTime? threads = null)
    {
        var folder = new TemporaryFolder();
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        await registry.PublishAsync(Model, Version, onnx, training ?? TrainingInfo.None, default);
        damage?.Invoke(folder);
        var settings = new InferenceSettings { Model = Model, Version = Version, Registry = "file:" + folder.FullPath };
        var service = await StartOnAsync(change?.Invoke(settings) ?? settings, folder, time, threads);
        var readiness = service.app.Services.GetRequiredService<Readiness>();
        while (readiness.Reason is not null && !service.IsStopping)
            await Task.Delay(5);
        return service;
    }

    /// <summary>Starts the service on the test's own registry, without waiting until it is ready.</summary>
    /// <exception cref="ContractException">A setting is wrong.</exception>
    internal static async Task<RunningInference> StartOnAsync(
        InferenceSettings settings, TemporaryFolder? folder = null, TimeProvider? time = null, ThreadTime? threads = null)
    {
        var app = ServiceHost.Build(
            "inference",
            settings with { Urls = "http://127.0.0.1:0", LogFormat = LogFormat.Json },
            (builder, own) => Add(builder, own, time, threads),
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

    private static void Add(WebApplicationBuilder builder, InferenceSettings settings, TimeProvider? time, ThreadTime? threads)
    {
        if (time is not null)
            builder.Services.AddSingleton(time);
        InferenceHost.Add(builder, settings);
        if (threads is not null)
            builder.Services.AddSingleton(threads);
        builder.Services.AddSingleton<ILoggerFactory>(new OwnLog());
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
    internal void CheckNow() => Served.Loader.CheckNow();

    /// <summary>The only version.</summary>
    private ServedVersion Served => app.Services.GetRequiredService<ServedVersions>().All.Single();

    internal Task StopAsync() => app.StopAsync();

    internal async Task<(int Status, string Body)> InferAsync(string body)
    {
        using var answer = await Client.PostAsync(InferencePaths.Infer(Model), new StringContent(body));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a request with headers.</summary>
    internal async Task<InferenceReply> SendAsync(string body, params (string Name, string Value)[] headers)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, InferencePaths.Infer(Model)) { Content = new StringContent(body) };
        foreach (var (name, value) in headers)
            message.Headers.Add(name, value);
        using var answer = await Client.SendAsync(message);
        return new InferenceReply(
            (int)answer.StatusCode,
            await answer.Content.ReadAsStringAsync(),
            answer.Headers.TryGetValues(HeaderNames.ModelOutcome, out var outcomes) ? outcomes.Single() : null);
    }

    /// <summary>Sends a request of any media type, with headers.</summary>
    internal async Task<InferenceReply> SendAsync(byte[] body, string type, params (string Name, string Value)[] headers)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, InferencePaths.Infer(Model)) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new(type);
        foreach (var (name, value) in headers)
            message.Headers.Add(name, value);
        using var answer = await Client.SendAsync(message);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        return new InferenceReply((int)answer.StatusCode, Encoding.UTF8.GetString(bytes), null) { Bytes = bytes };
    }

    /// <summary>Waits until a number of the canary's requests are counted for ModelMetrics, and returns the number of each kind.</summary>
    internal async Task<IReadOnlyDictionary<AnswerKind, long>> CanaryCountsAsync(int requests)
    {
        var recorder = Served.Recorder;
        RequestCounts? counts = null;
        await UntilAsync(
            () =>
            {
                counts = recorder.Read().FirstOrDefault(static stream => stream.Variant == VariantPlan.Canary)?.Counts;
                return Task.FromResult(counts?.Requests >= requests);
            },
            $"it never counted {requests} requests");
        return Enum.GetValues<AnswerKind>().Where(kind => counts!.Count(kind) > 0).ToDictionary(kind => kind, kind => counts!.Count(kind));
    }

    internal static Task UntilAsync(Func<Task<bool>> condition, string failure) => UntilAsync(condition, () => failure);

    internal static async Task UntilAsync(Func<Task<bool>> condition, Func<string> failure)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Assert.False(timeout.IsCancellationRequested, timeout.IsCancellationRequested ? failure() : "");
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

    /// <summary>How many requests wait for their turn at the model.</summary>
    internal async Task<int> QueueLengthAsync() => int.Parse(
        Regex.Match(
            await Client.GetStringAsync(InferencePaths.Metrics), @"modelserving_inference_queue_length\{[^}]*\} (\d+)").Groups[1].Value,
        System.Globalization.CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        folder?.Dispose();
    }
}
