using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Access;
using ModelServing.Hosting.Description;
using ModelServing.Hosting.Memory;
using ModelServing.Hosting.Predictions;
using ModelServing.Inference.Description;
using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Recording;
using ModelServing.Inference.Reporting;
using ModelServing.Oci;
using ModelServing.Registry;
using ModelServing.Registry.Safety;
using ModelServing.Rpc;
using ModelServing.Runtime;

namespace ModelServing.Inference;

/// <summary>
/// The inference service: one version of one model, by the Open Inference Protocol. Start here. <see cref="ArtifactLoader"/> loads the
/// version, and <see cref="InferenceApi.InferAsync"/> answers a request.
/// </summary>
public static class InferenceHost
{
    private const int MaxLineBytes = 16 * 1024;
    private const int MaxHeaderBytes = 48 * 1024;
    private const int MaxHeaders = 200;

    /// <summary>Registers the service's parts.</summary>
    /// <exception cref="ContractException">The settings name a registry that this program can't read, or an identity that is not
    /// available.</exception>
    public static void Add(WebApplicationBuilder builder, InferenceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
            // Larger than the router's limits, which the client's own line and headers have passed. What the router adds depends on the
            // version, and must not decide which versions take the request.
            kestrel.Limits.MaxRequestLineSize = MaxLineBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        });
        builder.Services.Configure<SocketTransportOptions>(static options =>
        {
            // A request becomes tensors on the thread that received it. Nothing there blocks: the model runs on another one.
            options.UnsafePreferInlineScheduling = true;
            // Saves one of two receives per request and costs 4 KiB per connection.
            options.WaitForDataBeforeAllocatingBuffer = false;
        });
        RpcServices.Add(builder, settings, settings.MaxRequestBytes);
        var store = ObjectStores.Open(settings.Registry, settings.Oci);
        var limits = ArtifactLimits.Default with { ModelBytes = settings.MaxModelBytes };
        builder.Services.AddSingleton(services => new ModelRegistry(store, services.GetRequiredService<TimeProvider>(), limits));
        RuntimeTelemetry.TurnOff();
        SystemAllocator.Limit();
        builder.Services.AddSingleton(_ => new ByteBudget(MemoryShares.FirstBudget(settings)));
        builder.Services.AddSingleton<MemoryShares>();
        builder.Services.AddSingleton<RequestBody>();
        builder.Services.AddSingleton<AnswerSender>();
        builder.Services.AddSingleton<RequestMemory>();
        builder.Services.AddHostedService<MemoryTrim>();
        builder.Services.AddSingleton<InferenceMetrics>();
        builder.Services.AddSingleton<RunWatch>();
        builder.Services.AddSingleton<ModelOpening>();
        builder.Services.AddSingleton<ModelCalls>();
        builder.Services.AddSingleton<RequestFailures>();
        AccessLog.Add(builder.Services, settings.AccessLog);
        if (settings.AccessLog is not null)
            builder.Services.AddSingleton<AttemptLog>();
        builder.Services.AddSingleton<RequestTally>();
        builder.Services.AddSingleton<InferenceApi>();
        builder.Services.AddSingleton<ModelDescription>();
        builder.Services.AddSingleton<ApiDescription>();
        builder.Services.AddSingleton<ArtifactLoader>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ArtifactLoader>());
        if (settings.Predictions is { } predictions)
        {
            PredictionLogService.Add(
                builder.Services,
                predictions,
                () => PredictionStores.Open(predictions.Store, predictions.RetentionDays, settings.Oci),
                store);
            builder.Services.AddSingleton<PredictionRecorder>();
        }

        builder.Services.AddSingleton(services => new ModelViews(
            settings, store, services.GetRequiredService<TimeProvider>(), services.GetService<FeatureCache>()));
        if (settings.Cache is not { } cache)
            return;
        builder.Services.AddSingleton(services => new FeatureCache(
            cache, settings.FeatureTimeout, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<FeatureResolver>();
        builder.Services.AddSingleton(services => CacheConnection.Open(cache, time: services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<RequestRecorder>();
        builder.Services.AddHostedService<CountReporter>();
        builder.Services.AddHostedService<InputReporter>();
        builder.Services.AddHostedService<ArtifactListener>();
    }

    /// <summary>Maps the protocol's paths: the server's, and the model's with and without the version.</summary>
    public static void Map(WebApplication app, InferenceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        var api = app.Services.GetRequiredService<InferenceApi>();
        var description = app.Services.GetRequiredService<ModelDescription>();
        ServerPaths.Map(app, "modelserving-inference", InferencePaths.Extensions);
        ApiPage.Map(app, app.Services.GetRequiredService<ApiDescription>().AnswerAsync);
        string[] paths = [InferencePaths.Model(settings.Model), InferencePaths.Model(settings.Model, settings.Version)];
        // Nearly every request is for one of these. Routing, which handles the rest, costs a small model some percent of its time.
        var infer = Array.ConvertAll(paths, static path => path + "/infer");
        app.Use(next => context => HttpMethods.IsPost(context.Request.Method) && infer.Contains(context.Request.Path.Value)
            ? api.InferAsync(context)
            : next(context));
        foreach (var path in paths)
        {
            app.Map(path, AllowedMethods.Only(description.MetadataAsync, HttpMethods.Get));
            app.Map(path + "/ready", AllowedMethods.Only(description.ReadyAsync, HttpMethods.Get));
            app.Map(path + "/stats", AllowedMethods.Only(description.StatsAsync, HttpMethods.Get));
            app.Map(path + "/infer", AllowedMethods.Only(api.InferAsync, HttpMethods.Post));
        }

        // All models, of which there is one. It must not hide a model of that name.
        if (settings.Model.Text != "stats")
            app.Map(InferencePaths.Models + "stats", AllowedMethods.Only(description.StatsAsync, HttpMethods.Get));
        app.Map(InferencePaths.ModelList, AllowedMethods.Only(description.ListAsync, HttpMethods.Get));
        // Without a pattern, it would leave out paths with a dot.
        app.MapFallback("{**path}", api.NotFoundAsync);
    }
}
