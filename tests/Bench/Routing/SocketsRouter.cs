using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Clients;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;
using ModelServing.Router;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Bench.Routing;

/// <summary>
/// The router's steps with <see cref="SocketsForwarding"/> instead of its own HTTP client: <see cref="RequestHandler"/> for a successful
/// inference. It leaves out failover and the handling of broken answers, so the library costs no more here than it would in the router.
/// </summary>
internal sealed class SocketsRouter(Admission admission, RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time)
{
    private readonly SocketsForwarding forwarding = new(new HttpMessageInvoker(SocketsForwarding.CreateHandler()));
    private readonly AttemptReport report = new(metrics);

    // Created once for each route and endpoint, as the router creates its bytes.
    private readonly ConcurrentDictionary<(VariantRoute, Endpoint), Uri> targets = new();

    internal static void Map(WebApplication app, RouterSettings settings)
    {
        var router = ActivatorUtilities.CreateInstance<SocketsRouter>(app.Services);
        app.Use(next => context =>
            context.Request.Path.Value is { } path && path.StartsWith(InferencePaths.Models, StringComparison.Ordinal)
                ? router.HandleAsync(context, path)
                : next(context));
    }

    private Task ForwardAsync(HttpContext context, VariantRoute route, Endpoint endpoint, TimeSpan timeout, string requestId) =>
        forwarding.ForwardAsync(
            context,
            targets.GetOrAdd((route, endpoint), static key => CreateTarget(key.Item1, key.Item2)),
            [
                (HeaderNames.RequestId, requestId),
                (HeaderNames.ModelVariant, route.Variant),
                (HeaderNames.ModelRevision, "bench"),
                (HeaderNames.ModelTrial, "1"),
                (HeaderNames.RequestTimeout, ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)),
            ],
            timeout);

    private static Uri CreateTarget(VariantRoute route, Endpoint endpoint) =>
        new($"http://{endpoint.Entry.Address}{InferencePaths.Model(route.Model, route.Version)}/infer");

    private async Task HandleAsync(HttpContext context, string path)
    {
        var began = time.GetTimestamp();
        var requestId = Ulid.NewUlid(time.GetUtcNow()).ToString();
        context.Response.Headers[HeaderNames.RequestId] = requestId;
        var admitted = await admission.AdmitAsync(context);
        var found = RequestRouting.Find(context, path, holder.Current, admitted.Client!, requestId);
        if (found.Problem is { } problem)
        {
            context.Response.StatusCode = problem.Status;
            return;
        }

        var request = found.Request;
        var (model, route) = (request.Model, request.Route);
        context.Response.Headers[HeaderNames.ModelVersion] = route.VersionText;
        context.Response.Headers[HeaderNames.ModelVariant] = route.Variant;
        model.Budget.Add(route.IsStable);
        var endpoint = route.Endpoints[route.Endpoints.Choose(0, route.TriesUnreachable)];
        endpoint.Enter();
        await ForwardAsync(context, route, endpoint, model.Timeout, requestId);
        endpoint.Leave();
        endpoint.Health.Succeeded();
        var elapsed = time.GetTimestamp() - began;
        var attempt = new Attempt
        {
            Model = model,
            Route = route,
            Action = request.Action,
            RequestId = requestId,
            Began = began,
            Deadline = 0,
            Timeout = model.Timeout,
            KeyHash = request.KeyHash,
            IsReported = request.IsAssigned,
        };
        report.Add(attempt, new(ForwardResult.Answered) { Endpoint = endpoint, Status = context.Response.StatusCode, Elapsed = elapsed });
        metrics.Answered(route.Tags, context.Response.StatusCode, time.GetElapsedTime(began), null);
    }
}
