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

    /// <summary>Keeps a pod away from the nodes of the add-ons, so that these always find room.</summary>
    internal static AffinityArgs Affinity() => new()
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
                            new NodeSelectorRequirementArgs
                            {
                                Key = ClusterNames.PoolLabel,
                                Operator = "NotIn",
                                Values = [ClusterNames.SystemPool],
                            },
                        ],
                    },
                ],
            },
        },
    };
}
