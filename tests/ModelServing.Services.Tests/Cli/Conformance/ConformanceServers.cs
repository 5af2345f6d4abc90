using Grpc.Net.Client;
using ModelServing.Cli.Conformance;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Services.Tests.Inference;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>A version of each model that the checks ask, in this process.</summary>
internal sealed class ConformanceServers : IAsyncDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";

    private static readonly ModelVersion Version = new(1);

    private readonly TemporaryFolder folder = new();

    /// <summary>The versions, by model.</summary>
    internal Dictionary<string, RunningInference> Versions { get; } = [];

    internal static async Task<ConformanceServers> StartAsync()
    {
        var servers = new ConformanceServers();
        var location = "file:" + servers.folder.FullPath;
        var registry = new ModelRegistry(RegistryLocation.Open(location), TimeProvider.System);
        foreach (var name in ConformanceModels.Names)
        {
            var model = ModelName.Parse(name);
            await registry.PublishAsync(model, Version, ConformanceModels.Make(name), TrainingInfo.None, default);
            servers.Versions[name] = await RunningInference.StartOnAsync(
                new InferenceSettings { Model = model, Version = Version, Registry = location, GrpcUrls = AnyPort });
        }

        foreach (var version in servers.Versions.Values)
            await version.UntilReadyAsync();
        return servers;
    }

    /// <summary>A router before them, with gRPC.</summary>
    internal async Task<RunningRouter> StartRouterAsync()
    {
        var plan = new PlanDocument
        {
            Schema = PlanDocument.CurrentSchema,
            Rollouts = new(Versions.Keys.ToDictionary(static name => ModelName.Parse(name), static _ => new RolloutPlan
            {
                Revision = "r1",
                DeadlineMilliseconds = 60_000,
                Variants = [new VariantPlan(VariantPlan.Stable, Version, PlanDocument.Buckets)],
            })),
        };
        var endpoints = new EndpointsDocument
        {
            Schema = EndpointsDocument.CurrentSchema,
            Endpoints =
            [
                .. Versions.Select(static version =>
                    new EndpointEntry(ModelName.Parse(version.Key), Version, version.Value.Address.ToString(), 1000)),
            ],
        };
        var router = await RunningRouter.StartAsync(static settings => settings with { GrpcUrls = AnyPort });
        router.Swap(plan, endpoints);
        return router;
    }

    /// <summary>A client of a server that has all models.</summary>
    internal HttpClient Connect(ServerFault fault = ServerFault.None) =>
        new(new JoinedServers(Versions, fault)) { BaseAddress = new Uri("http://joined") };

    /// <summary>A client of the same server over gRPC.</summary>
    internal GrpcChannel ConnectRpc(ServerFault fault = ServerFault.None) =>
        GrpcChannel.ForAddress("http://joined", new GrpcChannelOptions { HttpHandler = new JoinedRpc(Connect(), fault) });

    public async ValueTask DisposeAsync()
    {
        foreach (var version in Versions.Values)
            await version.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>Sends each request to the version of its model.</summary>
    private sealed class JoinedServers(Dictionary<string, RunningInference> versions, ServerFault fault) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var parts = request.RequestUri!.AbsolutePath.Split('/');
            var version = parts.Length > 3 && versions.TryGetValue(parts[3], out var found) ? found : versions[ConformanceModels.Simple];
            request.RequestUri = new Uri(new Uri($"http://{version.Address}"), request.RequestUri.PathAndQuery);
            var response = await version.Client.SendAsync(Copy(request), cancellationToken);
            return await ServerFaults.ApplyAsync(fault, response);
        }

        private static HttpRequestMessage Copy(HttpRequestMessage request)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content };
            foreach (var (name, values) in request.Headers)
                copy.Headers.TryAddWithoutValidation(name, values);
            return copy;
        }
    }
}
