using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Bench.Routing;

/// <summary>The router's own HTTP client without the router: no clients, no guard, no retry.</summary>
internal sealed class OwnForwarding
{
    private static readonly long TimeoutTicks = (long)SplitVariants.Timeout.TotalSeconds * Stopwatch.Frequency;

    private readonly Forwarder forwarder;
    private readonly SplitVariants variants;
    private readonly ModelRoute model;
    private readonly VariantRoute canary;

    internal OwnForwarding(SplitVariants variants, int stablePort, int canaryPort, OpenConnections open)
    {
        this.variants = variants;
        forwarder = new Forwarder(null, new RouterMetrics(new UnobservedMeters()), TimeProvider.System);
        var endpoints = BenchRollout.Endpoints(stablePort, canaryPort);
        var table = RoutingTable.Build(BenchRollout.Plan(), endpoints, null, open, TimeProvider.System);
        model = table.Models.Single();
        canary = model.VariantNamed(VariantPlan.Canary)!;
    }

    internal async Task ForwardAsync(HttpContext context)
    {
        var variant = variants.Assign(context, out var requestId);
        var attempt = new Attempt
        {
            Model = model,
            Route = variant.Name == VariantPlan.Canary ? canary : model.Stable,
            Action = ModelAction.Infer,
            RequestId = requestId,
            Began = Stopwatch.GetTimestamp(),
            Deadline = Stopwatch.GetTimestamp() + TimeoutTicks,
            Timeout = SplitVariants.Timeout,
        };
        var result = await forwarder.ForwardAsync(context, attempt, default);
        if (result.Result != ForwardResult.Answered && !context.Response.HasStarted)
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
    }
}
