using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.FeatureServer.Events;
using ModelServing.FeatureServer.Reading;
using ModelServing.FeatureServer.Reporting;
using ModelServing.FeatureServer.Views;
using ModelServing.Hosting;
using ModelServing.Hosting.Access;
using ModelServing.Oci;
using ModelServing.Registry;

namespace ModelServing.FeatureServer;

/// <summary>
/// The feature server: the only writer of an environment's event log and of its views' states in the cache. Start here.
/// <see cref="EventsApi"/> takes events into the log, <see cref="EventLogService"/> ships the log and applies it to the views, and
/// <see cref="ReadApi"/> reads features.
/// </summary>
public static class FeatureServerHost
{
    /// <summary>Registers the server's parts.</summary>
    /// <exception cref="ContractException">A setting is missing, or the registry can't be read by this program.</exception>
    public static void Add(WebApplicationBuilder builder, FeatureServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        var cache = settings.Cache
            ?? throw new ContractException($"{CacheSettings.AddressesVariable} is missing; it must be {CacheSettings.Form}");
        var log = settings.Log ?? throw new ContractException($"{EventLogSettings.FolderVariable} is missing; it must be a folder");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = EventPost.MostBytes);
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton<IObjectStore>(ObjectStores.Open(settings.Registry, settings.Oci));
        builder.Services.AddSingleton(services => new CacheConnections(cache, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<ServedViewTable>();
        builder.Services.AddSingleton<OpenLog>();
        builder.Services.AddSingleton<FeatureMetrics>();
        builder.Services.AddSingleton<IClientMetrics>(static services => services.GetRequiredService<FeatureMetrics>());
        ClientServices.Add(builder.Services, ClientsPathOf(settings));
        AccessLog.Add(builder.Services, settings.AccessLog);
        builder.Services.AddSingleton<EventsApi>();
        builder.Services.AddSingleton<ReadApi>();
        builder.Services.AddSingleton<ViewsApi>();
        builder.Services.AddHostedService<EventLogService>();
        builder.Services.AddHostedService<FeatureReporter>();
    }

    /// <summary>Maps the paths.</summary>
    public static void Map(WebApplication app, FeatureServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        var admission = app.Services.GetRequiredService<Admission>();
        var events = app.Services.GetRequiredService<EventsApi>();
        var reads = app.Services.GetRequiredService<ReadApi>();
        var views = app.Services.GetRequiredService<ViewsApi>();
        ServerPaths.Map(app, "modelserving-feature-server", []);
        var addresses = new FurtherAddresses(app.Services.GetRequiredService<IServer>(), settings.Urls, settings.MetricsUrls);
        ClientPaths.GuardMetrics(app, admission, addresses.Include);
        Add(FeaturePaths.Events, "events", ClientAction.Report, HttpMethods.Post, events.PostAsync);
        Add(FeaturePaths.Read, "read", ClientAction.Call, HttpMethods.Post, reads.PostAsync);
        Add(FeaturePaths.Views, "views", ClientAction.Call, HttpMethods.Get, views.ListAsync);
        Add(FeaturePaths.Views + "/{view}/versions/{version}", "definition", ClientAction.Call, HttpMethods.Get, views.DefinitionAsync);
        Add(FeaturePaths.Views + "/{view}/versions/{version}/entity", "entity", ClientAction.Call, HttpMethods.Get, reads.GetAsync);
        // Without a pattern, it would leave out paths with a dot.
        app.MapFallback("{**path}", static context => Problems.NoSuchPath.WriteAsync(
            context, $"There is nothing at {context.Request.Path}; features are under {FeaturePaths.Prefix}"));

        void Add(string path, string operation, ClientAction action, string method, RequestDelegate handle) => app.Map(
            path,
            AccessedPath.Record(
                app.Services,
                AccessSource.FeatureServer,
                operation,
                ClientPaths.Admit(admission, action, AllowedMethods.Only(handle, method))));
    }

    private static string? ClientsPathOf(FeatureServerSettings settings)
    {
        if (settings.Clients is not { } source)
            return null;
        var path = source.StartsWith(HostSources.FileScheme, StringComparison.Ordinal) ? source[HostSources.FileScheme.Length..] : "";
        return path.Length > 0
            ? Path.GetFullPath(path)
            : throw new ContractException(
                $"the environment variable {HostEnvironment.NameOf(nameof(settings.Clients))} is '{source}'; it must be file:PATH");
    }
}
