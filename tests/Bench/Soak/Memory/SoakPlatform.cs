using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Memory;

/// <summary>A router and one version of each model, each in a pod of its own.</summary>
internal sealed class SoakPlatform : IAsyncDisposable
{
    /// <summary>The time of a request.</summary>
    internal const int DeadlineMilliseconds = 10_000;

    // Where a router once aborted with 1,100 idle connections.
    private const int RouterHandles = 1024;

    private static readonly ModelVersion Version = new(1);

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<SoakModel, SoakPod> versions = [];

    private SoakPlatform()
    {
    }

    internal SoakPod Router { get; private set; } = null!;

    internal IEnumerable<SoakPod> Pods => [.. versions.Values, Router];

    internal static async Task<SoakPlatform> StartAsync(long bytes, CancellationToken cancellation)
    {
        var platform = new SoakPlatform();
        try
        {
            foreach (var model in SoakModel.All)
                await platform.AddAsync(model, bytes, cancellation);
            await platform.AddRouterAsync(bytes, cancellation);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    internal SoakPod VersionOf(SoakModel model) => versions[model];

    /// <summary>The address for a model's requests, at its version or through the router.</summary>
    internal Uri Infer(SoakModel model, bool throughRouter) =>
        new((throughRouter ? Router : versions[model]).Address, InferencePaths.Infer(model.Name));

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in Pods.Where(static pod => pod is not null))
            await pod.DisposeAsync();
        folder.Dispose();
    }

    private async Task AddAsync(SoakModel model, long bytes, CancellationToken cancellation)
    {
        var registry = "file:" + folder.Combine("registry");
        await new ModelRegistry(RegistryLocation.Open(registry), TimeProvider.System).PublishAsync(
            model.Name, Version, model.Onnx, TrainingInfo.None, cancellation);
        versions[model] = await SoakPod.StartAsync(
            "Inference",
            model.Name.Text,
            port => new InferenceSettings
            {
                Urls = $"http://127.0.0.1:{port}",
                LogFormat = LogFormat.Text,
                StopWithParent = true,
                Model = model.Name,
                Version = Version,
                Registry = registry,
            },
            bytes,
            handles: null,
            cancellation);
    }

    private async Task AddRouterAsync(long bytes, CancellationToken cancellation)
    {
        var plan = new PlanDocument
        {
            Schema = PlanDocument.CurrentSchema,
            Rollouts = [],
        };
        foreach (var model in SoakModel.All)
        {
            plan.Rollouts[model.Name] = new RolloutPlan
            {
                Revision = "soak",
                DeadlineMilliseconds = DeadlineMilliseconds,
                Variants = [new(VariantPlan.Stable, Version, PlanDocument.Buckets)],
            };
        }

        var endpoints = new EndpointsDocument
        {
            Schema = EndpointsDocument.CurrentSchema,
            Endpoints = [.. versions.Select(static version =>
                new EndpointEntry(version.Key.Name, Version, $"127.0.0.1:{version.Value.Port}", version.Value.Port))],
        };
        await File.WriteAllBytesAsync(folder.Combine("plan.json"), plan.ToUtf8(), cancellation);
        await File.WriteAllBytesAsync(folder.Combine("endpoints.json"), endpoints.ToUtf8(), cancellation);
        Router = await SoakPod.StartAsync(
            "Router",
            "router",
            port => new RouterSettings
            {
                Urls = $"http://127.0.0.1:{port}",
                LogFormat = LogFormat.Text,
                StopWithParent = true,
                Plan = "file:" + folder.Combine("plan.json"),
                Endpoints = "file:" + folder.Combine("endpoints.json"),
            },
            bytes,
            RouterHandles,
            cancellation);
    }
}
