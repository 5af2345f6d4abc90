using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Admin;
using ModelServing.Router.Clients;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;
using ModelServing.Router.Sources;

namespace ModelServing.Router;

/// <summary>
/// The router: one API for all models. It picks the variant, forwards bytes, and counts. Start here; the way of a request is
/// <see cref="RequestHandler.HandleAsync"/>.
/// </summary>
public static class RouterHost
{
    /// <summary>Adds the router's services.</summary>
    /// <exception cref="ContractException">The settings name a source that this program can't read.</exception>
    public static void Add(WebApplicationBuilder builder, RouterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
            // Headers pass through as the bytes they are.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        });
        builder.Services.Configure<SocketTransportOptions>(static options =>
        {
            options.UnsafePreferInlineScheduling = true;
            // One receive a request instead of two, for 4 KiB a connection.
            options.WaitForDataBeforeAllocatingBuffer = false;
        });
        var sources = DocumentSources.From(settings);
        if (sources.PlanObject is { } target)
            KubernetesPlan.AddTo(builder.Services, target);
        else
            builder.Services.AddSingleton<IPlanSource>(services => ActivatorUtilities.CreateInstance<FilePlan>(services, sources.PlanPath!));
        if (sources.Services is { } names)
        {
            builder.Services.AddSingleton(names);
            builder.Services.AddSingleton<SystemNames>();
            builder.Services.AddSingleton<NameLookup>(static services => services.GetRequiredService<SystemNames>().LookUpAsync);
            builder.Services.AddSingleton<IEndpointSource, DnsEndpoints>();
        }
        else
        {
            builder.Services.AddSingleton<IEndpointSource>(services => ActivatorUtilities.CreateInstance<FileEndpoints>(services, sources.EndpointsPath!));
        }

        RolloutServices.Add(builder.Services, settings);
        builder.Services.AddSingleton<RolloutStatusReader>();
        builder.Services.AddSingleton<OperatorDecisions>();
        builder.Services.AddSingleton<AdminApi>();

        var clientsPath = DocumentSources.ClientsPathOf(settings);
        builder.Services.AddSingleton(new ClientTableHolder(isOpen: clientsPath is null));
        builder.Services.AddSingleton<Admission>();
        if (clientsPath is not null)
        {
            builder.Services.AddSingleton<TokenKeyClient>();
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<ClientsFollower>(services, clientsPath));
        }

        builder.Services.AddSingleton<RouterMetrics>();
        builder.Services.AddSingleton<RoutingTableHolder>();
        builder.Services.AddSingleton<OpenConnections>();
        builder.Services.AddSingleton<RequestHandler>();
        builder.Services.AddSingleton<RoutingTableSwapper>();
        builder.Services.AddHostedService<RoutingTableUpdater>();
        builder.Services.AddHostedService<DeadlineSweep>();
        builder.Services.AddHostedService<ReadinessProbe>();
    }

    /// <summary>Adds the router's paths: but for what keeps the admin API's port apart, models first, before any routing by pattern, for they
    /// are what the time goes to.</summary>
    /// <exception cref="ContractException">The plan's source can't be had where this process runs.</exception>
    public static void Map(WebApplication app, RouterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        _ = app.Services.GetRequiredService<IPlanSource>();
        var handler = app.Services.GetRequiredService<RequestHandler>();
        if (settings.AdminUrls is not null)
            AdminApi.Map(app);
        app.Use(next => context => context.Request.Path.Value is { } path && path.StartsWith(InferencePaths.Models, StringComparison.Ordinal)
            ? handler.HandleAsync(context, path)
            : next(context));
        ServerPaths.Map(app, "modelserving-router");
        app.MapFallback(static context => Problems.NoSuchPath.WriteAsync(context, $"There is nothing at {context.Request.Path}; models are under {InferencePaths.Models}"));
    }
}
