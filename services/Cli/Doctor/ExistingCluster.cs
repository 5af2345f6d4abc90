using System.Text.Json.Nodes;
using ModelServing.Oci.Rest;
using static ModelServing.Cli.Doctor.StackQuestions;

namespace ModelServing.Cli.Doctor;

/// <summary>The environment's cluster, if an apply has created it.</summary>
/// <param name="Id">Its OCID.</param>
/// <param name="Nodes">The nodes that its pools have now.</param>
internal sealed record ExistingCluster(string Id, NodeCapacity Nodes)
{
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
        var id = clusters.Where(static cluster => TextOf(cluster, "lifecycleState") is not ("DELETED" or "DELETING" or "FAILED"))
            .Select(static cluster => TextOf(cluster, "id"))
            .FirstOrDefault();
        if (id is null)
            return (null, null);
        var (pools, answer) = await stack.Rest.ListAsync(
            RestService.Kubernetes, $"/20180222/nodePools?{stack.InCompartment}&clusterId={Uri.EscapeDataString(id)}", cancellation);
        return answer.IsSuccess
            ? (new ExistingCluster(id, pools.Select(NodesOf).Aggregate(default(NodeCapacity), static (sum, pool) => sum.Plus(pool))), null)
            : (new ExistingCluster(id, default), answer.Problem);
    }

    private static NodeCapacity NodesOf(JsonObject pool)
    {
        var size = pool["nodeConfigDetails"] is JsonObject details ? NumberOf(details, "size") ?? 0 : 0;
        var shape = pool["nodeShapeConfig"] as JsonObject ?? [];
        return new(size, size * (NumberOf(shape, "ocpus") ?? 0), size * (NumberOf(shape, "memoryInGBs") ?? 0));
    }
}
