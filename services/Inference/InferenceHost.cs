using System.Collections.Frozen;
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
using ModelServing.Inference.Crashes;
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
/// The inference service: one version of one model, or the versions of a pool, by the Open Inference Protocol. Start here.
/// <see cref="ServedVersions"/> has the versions, <see cref="ArtifactLoader"/> loads each, and <see cref="InferenceApi.InferAsync"/>
/// answers a request.
/// </summary>
public static class InferenceHost
{
    private const int MaxLineBytes = 16 * 1024;
    private const int MaxHeaderBytes = 48 * 1024;
    private const int MaxHeaders = 200;

    // The statuses of its answers, and the views of its features with their statuses.
    private const int SeriesOfVersion = 16;
    private const int UsualSeries = 2000;

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
        builder.Services.AddSingleton<LargeBodies>();
        builder.Services.AddSingleton<RequestBody>();
        builder.Services.AddSingleton<AnswerSender>();
        builder.Services.AddSingleton<RequestMemory>();
        builder.Services.AddHostedService<MemoryTrim>();
        builder.Services.AddSingleton<InferenceInstruments>();
        builder.Services.AddSingleton<RunWatch>();
        builder.Services.AddSingleton<ThreadTime>();
        builder.Services.AddSingleton<SharedRuns>();
        builder.Services.AddSingleton<ModelRoom>();
        builder.Services.AddSingleton<RequestFailures>();
        AccessLog.Add(builder.Services, settings.AccessLog);
        builder.Services.AddSingleton<PoolReadiness>();
        builder.Services.AddSingleton<ServedVersions>();
        builder.Services.AddSingleton<ServerDescription>();
        builder.Services.AddHostedService<VersionLoads>();
        if (settings.Predictions is { } predictions)
        {
            PredictionLogService.Add(
                builder.Services,
                predictions,
                () => PredictionStores.Open(predictions.Store, predictions.RetentionDays, settings.Oci),
                store);
        }

        AddVersion(builder.Services, settings, store);
        if (settings.Cache is not { } cache)
            return;
        builder.Services.AddSingleton(services => new FeatureCache(
            cache, settings.FeatureTimeout, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => CacheConnection.Open(cache, time: services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<CountReporter>();
        builder.Services.AddHostedService<InputReporter>();
        builder.Services.AddHostedService<ArtifactListener>();
    }

    // What belongs to one version alone. Each version is a scope.
    private static void AddVersion(IServiceCollection services, InferenceSettings settings, IObjectStore store)
    {
        var versions = VersionSettings.Read(settings);
        services.AddSingleton(versions);
        if (versions.Count * SeriesOfVersion > UsualSeries)
            services.AddSingleton(new MetricSeries(versions.Count * SeriesOfVersion));
        services.AddScoped<VersionScope>();
        services.AddScoped(static version => version.GetRequiredService<VersionScope>().Settings);
        services.AddScoped<VersionReadiness>();
        services.AddScoped<InferenceMetrics>();
        services.AddScoped<ModelOpening>();
        services.AddScoped<ModelCalls>();
        services.AddScoped<RequestRecorder>();
        services.AddScoped<RequestTally>();
        services.AddScoped<InferenceApi>();
        services.AddScoped<ModelDescription>();
        services.AddScoped<ApiDescription>();
        services.AddScoped<VersionModel>();
        services.AddScoped<ModelDemand>();
        services.AddScoped<ArtifactLoader>();
        services.AddScoped(version => new ModelViews(
            version.GetRequiredService<VersionSettings>(),
            store,
            version.GetRequiredService<TimeProvider>(),
            version.GetService<FeatureCache>()));
        if (settings is { Pool: not null, PoolState: not null })
        {
            services.AddSingleton<CrashState>();
            services.AddScoped<VersionRecord>();
        }

        if (settings.AccessLog is not null)
            services.AddScoped<AttemptLog>();
        if (settings.Predictions is not null)
            services.AddScoped<PredictionRecorder>();
        if (settings.Cache is not null)
            services.AddScoped<FeatureResolver>();
    }

    /// <summary>Maps the protocol's paths: the server's, and those of each version. A model's own paths, without a version, are those of
    /// its version if there is only one.</summary>
    public static void Map(WebApplication app, InferenceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        var versions = app.Services.GetRequiredService<ServedVersions>();
        var server = app.Services.GetRequiredService<ServerDescription>();
        ServerPaths.Map(app, "modelserving-inference", InferencePaths.Extensions);
        ApiPage.Map(app, server.OpenApiAsync);
        // Nearly every request is for one of these. Routing, which handles the rest, costs a small model some percent of its time.
        var infer = PathsOf(versions).ToFrozenDictionary(static one => one.Path + "/infer", static one => one.Version.Api);
        app.Use(next => context => HttpMethods.IsPost(context.Request.Method)
            && infer.TryGetValue(context.Request.Path.Value ?? "", out var api)
                ? api.InferAsync(context)
                : next(context));
        foreach (var (path, version) in PathsOf(versions))
        {
            app.Map(path, AllowedMethods.Only(version.Description.MetadataAsync, HttpMethods.Get));
            app.Map(path + "/ready", AllowedMethods.Only(version.Description.ReadyAsync, HttpMethods.Get));
            app.Map(path + "/stats", AllowedMethods.Only(version.Description.StatsAsync, HttpMethods.Get));
            app.Map(path + "/infer", AllowedMethods.Only(version.Api.InferAsync, HttpMethods.Post));
        }

        foreach (var model in versions.Models.Where(static model => model.Count() > 1))
        {
            foreach (var part in (string[])["", "/ready", "/stats", "/infer"])
                app.Map(InferencePaths.Model(model.Key) + part, context => ServerDescription.VersionMissingAsync(context, model));
        }

        // All models. It must not hide a model of that name.
        if (versions.All.All(static version => version.Settings.Model.Text != "stats"))
            app.Map(InferencePaths.Models + "stats", AllowedMethods.Only(server.StatsAsync, HttpMethods.Get));
        app.Map(InferencePaths.ModelList, AllowedMethods.Only(server.ListAsync, HttpMethods.Get));
        // Without a pattern, it would leave out paths with a dot.
        app.MapFallback("{**path}", server.NotFoundAsync);
    }

    private static IEnumerable<(string Path, ServedVersion Version)> PathsOf(ServedVersions versions)
    {
        foreach (var model in versions.Models)
        {
            if (model.Count() == 1)
                yield return (InferencePaths.Model(model.Key), model.First());
            foreach (var version in model)
                yield return (InferencePaths.Model(model.Key, version.Settings.Version), version);
        }
    }
}
