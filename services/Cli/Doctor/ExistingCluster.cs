using System.Text.Json.Nodes;
using ModelServing.Oci.Rest;
using static ModelServing.Cli.Doctor.StackQuestions;

namespace ModelServing.Cli.Doctor;

/// <summary>The environment's cluster, if the first apply has created it, and whether the second one has come.</summary>
/// <param name="Id">Its OCID.</param>
/// <param name="Nodes">The nodes that its pools have now.</param>
internal sealed record ExistingCluster(string Id, NodeCapacity Nodes)
{
    /// <summary>Its version of Kubernetes; null if the service does not say.</summary>
    internal string? KubernetesVersion { get; init; }

    /// <summary>Whether the environment has its gateway, the last thing that the second apply makes.</summary>
    internal bool Serves { get; init; }

    /// <summary>Looks for the cluster.</summary>
    /// <returns>The cluster; null if there is not one. The problem, if it could not be asked.</returns>
    internal static async Task<(ExistingCluster? Cluster, string? Problem)> FindAsync(StackQuestions stack, CancellationToken cancellation)
    {
        var (clusters, last) = await stack.Rest.ListAsync(
            RestService.Kubernetes,
            $"/20180222/clusters?{stack.InCompartment}&name={Uri.EscapeDataString(stack.Prefix + "-cluster")}",
            cancellation);
        if (!last.IsSuccess)
            return (null, last.Problem);
        var found = clusters.FirstOrDefault(
            static cluster => TextOf(cluster, "lifecycleState") is not ("DELETED" or "DELETING" or "FAILED"));
        if (found is null || TextOf(found, "id") is not { } id)
            return (null, null);
        var (pools, answer) = await stack.Rest.ListAsync(
            RestService.Kubernetes, $"/20180222/nodePools?{stack.InCompartment}&clusterId={Uri.EscapeDataString(id)}", cancellation);
        var nodes = pools.Select(NodesOf).Aggregate(default(NodeCapacity), static (sum, pool) => sum.Plus(pool));
        var gateway = stack.Prefix + "-gateway";
        var (gateways, end) = await stack.Rest.ListAsync(
            RestService.ApiGateway,
            $"/20190501/gateways?{stack.InCompartment}&displayName={Uri.EscapeDataString(gateway)}",
            cancellation);
        var cluster = new ExistingCluster(id, answer.IsSuccess ? nodes : default)
        {
            KubernetesVersion = TextOf(found, "kubernetesVersion"),
            Serves = gateways.Any(each =>
                TextOf(each, "displayName") == gateway && TextOf(each, "lifecycleState") is not ("DELETED" or "DELETING")),
        };
        return (cluster, !answer.IsSuccess ? answer.Problem : !end.IsSuccess ? end.Problem : null);
    }

    private static NodeCapacity NodesOf(JsonObject pool)
    {
        var size = pool["nodeConfigDetails"] is JsonObject details ? NumberOf(details, "size") ?? 0 : 0;
        var shape = pool["nodeShapeConfig"] as JsonObject ?? [];
        return new(size, size * (NumberOf(shape, "ocpus") ?? 0), size * (NumberOf(shape, "memoryInGBs") ?? 0));
    }
}
