using System.Net;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Router;

/// <summary>Plans and endpoints of the model <c>fraud</c>.</summary>
internal static class SomePlan
{
    internal static readonly ModelName Model = ModelName.Parse("fraud");

    /// <summary>All traffic to version 1.</summary>
    internal static PlanDocument Stable(int deadlineMilliseconds = 15_000, string? routingKey = null) =>
        Create(deadlineMilliseconds, routingKey, new VariantPlan(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets));

    /// <summary>A canary of version 2 beside version 1.</summary>
    internal static PlanDocument Canary(int weight, int deadlineMilliseconds = 15_000, string? routingKey = null) => Create(
        deadlineMilliseconds,
        routingKey,
        new VariantPlan(VariantPlan.Canary, new ModelVersion(2), weight),
        new VariantPlan(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets - weight));

    /// <summary>The plan with another attempt limit.</summary>
    internal static PlanDocument Limited(this PlanDocument plan, int milliseconds) => plan with
    {
        Rollouts = new() { [Model] = plan.Rollouts[Model] with { AttemptLimitMilliseconds = milliseconds } },
    };

    /// <summary>The plan with versions that are kept warm.</summary>
    internal static PlanDocument Keeping(this PlanDocument plan, params int[] versions) => plan with
    {
        Rollouts = new()
        {
            [Model] = plan.Rollouts[Model] with { KeptWarm = [.. versions.Select(static version => new ModelVersion(version))] },
        },
    };

    /// <summary>The plan with another guard.</summary>
    internal static PlanDocument With(this PlanDocument plan, Func<GuardPlan, GuardPlan> guard) => plan with
    {
        Rollouts = new() { [Model] = plan.Rollouts[Model] with { Guard = guard(plan.Rollouts[Model].Guard!) } },
    };

    internal static EndpointsDocument Endpoints(params (int Version, IPEndPoint Address)[] endpoints) => new()
    {
        Schema = EndpointsDocument.CurrentSchema,
        Endpoints = [.. endpoints.Select(static (endpoint, i) =>
            new EndpointEntry(Model, new ModelVersion(endpoint.Version), endpoint.Address.ToString(), 1000 + i))],
    };

    private static PlanDocument Create(int deadlineMilliseconds, string? routingKey, params VariantPlan[] variants) => new()
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new()
        {
            [Model] = new RolloutPlan
            {
                Revision = "r1",
                DeadlineMilliseconds = deadlineMilliseconds,
                AttemptLimitMilliseconds = variants.Length == 1 ? null : Math.Max(1, deadlineMilliseconds / 2),
                Guard = variants.Length == 1
                    ? null
                    : new GuardPlan { Tolerance = 1.5, FalseAlarm = 0.001, UnreachableForMilliseconds = 60_000 },
                RoutingKeyHeader = routingKey,
                Variants = variants,
            },
        },
    };
}
