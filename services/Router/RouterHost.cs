using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Hosting;
using ModelServing.Hosting.Access;
using ModelServing.Hosting.Description;
using ModelServing.Hosting.Memory;
using ModelServing.Hosting.Predictions;
using ModelServing.Oci;
using ModelServing.Predictions;
using ModelServing.Router.Admin;
using ModelServing.Router.Description;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Errors;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Outcomes;
using ModelServing.Router.Recording;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;
using ModelServing.Router.Sources;
using ModelServing.Router.Splitting;
using ModelServing.Router.Threading;
using ModelServing.Rpc;

namespace ModelServing.Router;

/// <summary>
/// The router: one API for all models. It picks the variant, forwards bytes, and counts. Start here; the steps of a request are in
/// <see cref="RequestHandler.HandleAsync"/>.
/// </summary>
public static class RouterHost
{
    // The rest is for connections, garbage, and the router itself.
    private const int ShareOfMemory = 3;

    /// <summary>Adds the router's services.</summary>
    /// <exception cref="ContractException">The settings name a source that this program can't read.</exception>
    public static void Add(WebApplicationBuilder builder, RouterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
            // Latin-1 keeps the bytes of a header as they are.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            if (settings.SplitSources is not null)
                kestrel.ConfigureEndpointDefaults(SplitPort.Guard);
        });
        builder.Services.Configure<SocketTransportOptions>(static options =>
        {
            options.UnsafePreferInlineScheduling = true;
            // Saves one of two receives per request and costs 4 KiB per connection.
            options.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.Services.AddSingleton(_ => new ByteBudget(
            settings.BudgetBytes ?? ProcessMemory.RoomBeside(Environment.WorkingSet) / ShareOfMemory));
        RpcServices.Add(builder, settings, settings.MaxRequestBytes);
        builder.Services.AddSingleton<CallRefused>(static services => services.GetRequiredService<RouterMetrics>().Refused);
        AddSources(builder.Services, settings);
        AddClients(builder.Services, settings);
        RolloutServices.Add(builder.Services, settings);
        if (settings.Predictions is { } log)
        {
            PredictionLogService.Add(
                builder.Services, log, () => PredictionStores.Open(log.Store, log.RetentionDays, settings.Oci), objects: null);
            builder.Services.AddSingleton(static services => services.GetRequiredService<PredictionLog>().Store);
            builder.Services.AddSingleton<UnansweredAttempts>();
        }

        AccessLog.Add(builder.Services, settings.AccessLog);
        if (settings.AccessLog is not null)
            builder.Services.AddSingleton<AttemptLog>();
        builder.Services.AddSingleton<RolloutStatusReader>();
        builder.Services.AddSingleton<OperatorDecisions>();
        builder.Services.AddSingleton<PredictionsApi>();
        builder.Services.AddSingleton<AdminApi>();
        builder.Services.AddSingleton<OutcomeMetrics>();
        builder.Services.AddSingleton<OutcomesApi>();
        builder.Services.AddSingleton<NamedSeries>();
        builder.Services.AddSingleton<RouterMetrics>();
        builder.Services.AddSingleton<RoutingTableHolder>();
        builder.Services.AddSingleton<LiveEndpoints>(static services =>
        {
            var holder = services.GetRequiredService<RoutingTableHolder>();
            return () => holder.Current is { } table ? table.Endpoints.Values : [];
        });
        builder.Services.AddSingleton<UpstreamCalls>();
        builder.Services.AddSingleton<AnsweredRequests>();
        builder.Services.AddSingleton<RequestHandler>();
        if (settings.SplitUrls is not null)
            SplitServices.Add(builder.Services, settings);
        builder.Services.AddSingleton<ModelList>();
        builder.Services.AddSingleton<RoutingTableSwapper>();
        builder.Services.AddHostedService<RoutingTableUpdater>();
        builder.Services.AddHostedService<DeadlineSweep>();
        builder.Services.AddSingleton<AskedReadiness>();
        builder.Services.AddHostedService<ReadinessProbe>();
    }

    /// <summary>Maps the routes. Model paths come before endpoint routing because they are the hot path; only the admin-port filter runs
    /// earlier.</summary>
    /// <exception cref="ContractException">This process has no access to the plan's source.</exception>
    public static void Map(WebApplication app, RouterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        _ = app.Services.GetRequiredService<IPlanSource>();
        RoutingGauges.Add(app.Services.GetRequiredService<RouterMetrics>(), app.Services.GetRequiredService<RoutingTableHolder>());
        var handler = app.Services.GetRequiredService<RequestHandler>();
        if (settings.AdminUrls is not null)
            AdminApi.Map(app);
        if (settings.SplitUrls is not null)
            SplitPort.Map(app, handler.HandleAsync);
        app.Use(next => context =>
            context.Request.Path.Value is { } path && path.StartsWith(InferencePaths.Models, StringComparison.Ordinal)
                ? handler.HandleAsync(context, path)
                : next(context));
        app.Map(InferencePaths.ModelList, app.Services.GetRequiredService<ModelList>().AnswerAsync);
        var outcomes = app.Services.GetRequiredService<OutcomesApi>();
        app.Use(next => context =>
            context.Request.Path.Value is { } path && path.StartsWith(OutcomePaths.Prefix + "/", StringComparison.Ordinal)
                ? outcomes.HandleAsync(context, path)
                : next(context));
        ClientPaths.GuardMetrics(
            app, app.Services.GetRequiredService<Admission>(), app.Services.GetRequiredService<AdminApi>().IsAt);
        ApiPage.Map(app, ApiDescription.AnswerAsync);
        var unready = ActivatorUtilities.CreateInstance<UnreadyModels>(app.Services);
        ServerPaths.Map(app, "modelserving-router", InferencePaths.Extensions, unready.FindAsync);
        // Without a pattern, it would leave out paths with a dot.
        app.MapFallback("{**path}", static context =>
            Problems.NoSuchPath.WriteAsync(
                context,
                $"There is nothing at {context.Request.Path}; models are under {InferencePaths.Models}"));
    }

    private static void AddSources(IServiceCollection services, RouterSettings settings)
    {
        var sources = DocumentSources.From(settings);
        if (sources.PlanObject is { } target)
            KubernetesPlan.AddTo(services, target);
        else
            services.AddSingleton<IPlanSource>(provider => ActivatorUtilities.CreateInstance<FilePlan>(provider, sources.PlanPath!));
        if (sources.Services is { } names)
        {
            services.AddSingleton(names);
            services.AddSingleton<SystemNames>();
            services.AddSingleton<NameLookup>(static provider => provider.GetRequiredService<SystemNames>().LookUpAsync);
            services.AddSingleton<IEndpointSource, DnsEndpoints>();
        }
        else
        {
            services.AddSingleton<IEndpointSource>(provider =>
                ActivatorUtilities.CreateInstance<FileEndpoints>(provider, sources.EndpointsPath!));
        }
    }

    private static void AddClients(IServiceCollection services, RouterSettings settings)
    {
        var path = DocumentSources.ClientsPathOf(settings);
        services.AddSingleton<IClientMetrics>(static provider => provider.GetRequiredService<RouterMetrics>());
        // Socket completions run on the polling threads, which must not do a handshake or parse keys.
        ClientServices.Add(services, path, ThreadPoolStream.ConnectAsync);
    }
}
