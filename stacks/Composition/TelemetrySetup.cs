using ModelServing.Contracts;
using ModelServing.Infra.PodLogs;

namespace ModelServing.Stacks.Composition;

/// <summary>The optional log of the pods.</summary>
internal static class TelemetrySetup
{
    /// <summary>Creates it if the settings name how long entries are kept.</summary>
    internal static PodLogsComponent? PodLogs(StackContext context) => context.Cloud.Telemetry.PodLogDays is { } days
        ? new PodLogsComponent("pod-logs", new PodLogsArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            HomeRegion = context.HomeRegion,
            TenancyId = context.Cloud.Tenancy,
            Namespace = ClusterNames.Namespace,
            RetentionDays = days,
        }, context.InRegion())
        : null;
}
