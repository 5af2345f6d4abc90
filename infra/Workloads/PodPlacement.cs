using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>What all our pods, whether they serve or run a job, say about the nodes that they run on.</summary>
internal static class PodPlacement
{
    // Without it, the autoscaler never removes a node with a pod that has a local volume, so never one of ours.
    private const string SafeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";

    /// <summary>The labels of nodes over whose values the pods of one kind are spread. Fault domains have the same names in each
    /// availability domain, and matter most where there is only one of these.</summary>
    internal static readonly IReadOnlyList<string> Topology =
        ["topology.kubernetes.io/zone", "oci.oraclecloud.com/fault-domain", "kubernetes.io/hostname"];

    /// <summary>The metadata of a template of pods.</summary>
    /// <param name="labels">The labels of the pods.</param>
    /// <param name="localVolumes">The names of their volumes on the node's disk.</param>
    internal static ObjectMetaArgs Metadata(InputMap<string> labels, params IEnumerable<string> localVolumes) => new()
    {
        Labels = labels,
        Annotations = new InputMap<string> { [SafeToEvict] = string.Join(',', localVolumes) },
    };

    /// <summary>Which nodes a pod may run on. None of ours runs among the add-ons, so that these always find room. A node decides what its
    /// pods reach, so routers with nodes of their own run there, and nothing else does.</summary>
    /// <param name="context">The cluster.</param>
    /// <param name="program">The name of what the pod belongs to.</param>
    internal static AffinityArgs Affinity(ClusterContext context, string program) => (context.RoutersHaveNodes, program) switch
    {
        (true, ClusterNames.Router) => Pools("In", ClusterNames.RouterPool),
        (true, _) => Pools("NotIn", ClusterNames.SystemPool, ClusterNames.RouterPool),
        _ => Pools("NotIn", ClusterNames.SystemPool),
    };

    private static AffinityArgs Pools(string comparison, params string[] pools) => new()
    {
        NodeAffinity = new NodeAffinityArgs
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelectorArgs
            {
                NodeSelectorTerms =
                [
                    new NodeSelectorTermArgs
                    {
                        MatchExpressions =
                        [
                            new NodeSelectorRequirementArgs { Key = ClusterNames.PoolLabel, Operator = comparison, Values = pools },
                        ],
                    },
                ],
            },
        },
    };
}
